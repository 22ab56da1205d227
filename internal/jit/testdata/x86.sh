#!/bin/sh
# Writes x86.txt: one line for each instruction that the test encodes,
# its bytes and what LLVM's disassembler (14.0.6) reads in them.
cd "$(dirname "$0")" || exit 1
: >x86.txt
(cd .. && go test -run TestEncodingX86 . | sed -n 's/.* is \([0-9a-f]*\), which reads as .*/\1/p') | sort -u | while read -r code; do
	text=$(echo "$code" | sed 's/../0x& /g' |
		llvm-mc -disassemble -triple=x86_64 -mattr=+avx512f,+avx512dq | grep -v '\.text' | tr '\t' ' ' | sed 's/^ *//; s/ *#.*//')
	echo "$code $text"
done >x86.tmp
mv x86.tmp x86.txt
