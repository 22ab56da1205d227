package plan

// Update is the flag by which tests write what is on record anew.
var Update = update
