package formula

// Constants of the formulas. Coefficients are made by
// testdata/coefficients.py.
const (
	ExpMagic = 0x1.8p23       // adding it leaves the nearest integer in the low bits
	Log2E    = 0x1.715476p+0  // 1/ln 2
	Ln2Hi    = 0x1.62e43p-1   // ln 2, rounded
	Ln2Lo    = -0x1.05c61p-29 // what rounding lost
	ExpMax   = 89             // exp is +Inf here and above
	ExpMin   = -104           // exp is 0 here and below
	Expm1Min = -27            // expm1 is -1 here and below
	TanhMax  = 10             // tanh is 1 here and above
	ErfMax   = 4              // erf is 1 here and above
	ErfSplit = 1              // where erf changes its polynomial
	LogBase  = 0x3f2aaaab     // bits of 2/3: significands lie in [2/3, 4/3)
	Tiny     = 0x1p-126       // the least normal number

	OneBits      = 127 << 23 // bits of 1
	SignBit      = 1 << 31   // of a float32
	InfinityBits = 0x7f800000
	NaNBits      = 0x7fc00000
)

// Coefficients of polynomials, lowest power first.
var (
	ExpQ  = [...]float32{0x1p-1, 0x1.555554p-3, 0x1.5554dep-5, 0x1.1112d2p-7, 0x1.6d5a6cp-10, 0x1.9e92e4p-13}
	LogQ  = [...]float32{-0x1p-1, 0x1.5554e6p-2, -0x1.ffff3cp-3, 0x1.99de24p-3, -0x1.5592e6p-3, 0x1.1dfa3ep-3, -0x1.f40698p-4, 0x1.2285b2p-3, -0x1.06573ap-3}
	ErfP  = [...]float32{0x1.06eba8p-3, -0x1.81273ep-2, 0x1.ce2ce2p-4, -0x1.b7f6ap-6, 0x1.53ed62p-8, -0x1.a32afcp-11, 0x1.470608p-14}
	ErfcQ = [...]float32{0x1.078c7ep-3, 0x1.451eeap-1, 0x1.b4260ap-4, -0x1.88bc62p-6, 0x1.ea4052p-9, -0x1.6b93e4p-12, 0x1.c8cc9ap-17}
)
