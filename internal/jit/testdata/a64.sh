#!/bin/sh
# Writes a64.txt: one line for each instruction that the test encodes, its
# bytes and what LLVM's disassembler (19.1) reads in them.
cd "$(dirname "$0")" || exit 1
: >a64.txt
(cd .. && go test -run TestEncodingA64 . | sed -n 's/.* is \([0-9a-f]*\), which reads as .*/\1/p') | sort -u | while read -r code; do
	text=$(echo "$code" | sed 's/../0x& /g' |
		llvm-mc-19 -disassemble -triple=aarch64 | grep -v '\.text' | tr '\t' ' ' | sed 's|^ *||; s| *//.*||')
	echo "$code $text"
done >a64.tmp
mv a64.tmp a64.txt
