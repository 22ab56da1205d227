package kernel

// Full returns x repeated to one value for each element of the domain, as an
// output or a sum over elements takes it.
func (b *Builder) Full(x Reg) Reg { return b.expand(x) }
