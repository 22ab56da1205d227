#!/bin/sh
# Writes encodings.txt: one line for each instruction that the test encodes,
# its bytes and what LLVM's disassembler (14.0.6) reads in them.
cd "$(dirname "$0")" || exit 1
: >encodings.txt
(cd .. && go test -run TestEncoding . | sed -n 's/.* is \([0-9a-f]*\), which reads as .*/\1/p') | sort -u | while read -r code; do
	text=$(echo "$code" | sed 's/../0x& /g' |
		llvm-mc -disassemble -triple=x86_64 -mattr=+avx512f,+avx512dq | grep -v '\.text' | tr '\t' ' ' | sed 's/^ *//; s/ *#.*//')
	echo "$code $text"
done >encodings.tmp
mv encodings.tmp encodings.txt
