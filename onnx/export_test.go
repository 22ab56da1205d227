package onnx

// CompareTensors is for tests outside of the package.
var CompareTensors = compareTensors
