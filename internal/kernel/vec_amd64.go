//go:build amd64 && !purego

package kernel

//go:generate sh -c "cd _asm && go run ./vector -dir .."

var vecTiers = [AVX512 + 1]*vecTable{Plain: &plainVec, AVX2: &vec256, AVX512: &vec512}
