package data

import (
	"descent/data/augment"
	"descent/data/images"
	"descent/data/internal/fault"
	"descent/data/internal/schema"
)

// Augment says how training images are varied; see [augment.Config].
type Augment = augment.Config

// ParseAugment reads the short form of an Augment, such as
// "crop:4,flip,cutout:8,mixup:0.2"; "none" or nothing is the zero value.
func ParseAugment(text string) (Augment, error) { return augment.Parse(text) }

// ImageConfig says how image files become samples of one shape; see
// [images.Config].
type ImageConfig = images.Config

// ImageStandard is how pixels become numbers; see [images.Standard].
type ImageStandard = images.Standard

// ImageNet is the [ImageStandard] of most networks that were trained on ImageNet.
var ImageNet = images.ImageNet

// The modes of images.
const (
	GrayMode  = images.Gray
	ColorMode = images.Color
)

// ParseImageSize reads "32", or "48x64" for a height of 48 and a width of 64.
func ParseImageSize(text string) (height, width int, err error) { return images.ParseSize(text) }

// Errors that those of data wrap, to be asked for with [errors.Is]. A path at which
// nothing is wraps [fs.ErrNotExist].
var (
	// ErrNotRead: data is of a format that is not read, or not as what was asked for.
	ErrNotRead = fault.ErrNotRead
	// ErrNoRows: a set holds no rows, no images, or none with a target.
	ErrNoRows = fault.ErrNoRows
	// ErrNoColumn: a column that was named, or that a model was trained on, is not
	// there.
	ErrNoColumn = fault.ErrNoColumn
	// ErrCell: the value of a cell is not what its column holds.
	ErrCell = fault.ErrCell
	// ErrNoTarget: a table was opened without the name of a target.
	ErrNoTarget = schema.ErrNoTarget
	// ErrDoubtfulTarget: a target of text is hardly meant to be classes. The task
	// Classification takes it as it is.
	ErrDoubtfulTarget = schema.ErrDoubtfulTarget
	// ErrCorruptImage: an image cannot be read. [ImageConfig].SkipCorrupt leaves it
	// out.
	ErrCorruptImage = images.ErrCorrupt
	// ErrImageModes: images are both grey and coloured. [ImageConfig].Mode converts
	// them.
	ErrImageModes = images.ErrModes
)
