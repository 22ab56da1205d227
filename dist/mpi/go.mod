module descent/dist/mpi

go 1.26.0

require (
	descent v0.0.0
	github.com/ebitengine/purego v0.11.3
)

require (
	github.com/andybalholm/brotli v1.3.0 // indirect
	github.com/klauspost/compress v1.20.4 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.44.0 // indirect
)

replace descent => ../..
