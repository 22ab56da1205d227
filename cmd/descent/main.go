// Command descent trains neural networks and uses them; "descent help" says
// how.
package main

import "descent/command"

func main() { command.Main() }
