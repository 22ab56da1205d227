//go:build !amd64 || purego

package kernel

var vecTiers = [AVX512 + 1]*vecTable{Plain: &plainVec, AVX2: &plainVec, AVX512: &plainVec}
