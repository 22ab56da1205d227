package settings

import (
	"strings"

	"descent/data"
	"descent/data/tokens"
	"descent/model"
	"descent/train"
)

// dataRows are what a run learns from.
var dataRows = []Setting{
	{key: "data", def: "digits", basic: true, listed: true,
		usage: "digits (embedded); " + strings.Join(data.FetchedNames(), ", ") + " after \"descent data get\"; a CSV file, with any delimiter, JSON lines or Parquet, also compressed; several such files by a pattern in quotes, such as 'part-*.csv', or by their folder; a folder of IDX files or CIFAR-10 batches; a folder or zip file with a folder of images a class; text in .txt files",
		at:    func(s *Settings) any { return &s.Data }, check: anything, start: Told, fixed: sameRows},
	{key: "target", basic: true,
		usage: "column of a table to predict; repeat it, or write a,b, for several; a name that the file has is taken whole, with the commas in it",
		at:    func(s *Settings) any { return &s.Target }, check: anything, start: Told, fixed: sameRows},
	{key: "task", def: "auto",
		usage: "classification, regression, multilabel or auto: decided by the target's values; multilabel is asked for: columns that say yes or no, or one with all labels of a row, as in a;b",
		at:    func(s *Settings) any { return &s.Task }, check: parses(data.ParseTask), start: Told, fixed: sameRows},
	{key: "image",
		usage: "column of a table that holds paths to images, relative to the folder of the table; the other columns become a row of numbers beside the image, unless --drop leaves them out",
		at:    func(s *Settings) any { return &s.Image }, check: anything, start: Told, fixed: sameRows},
	{key: "weight",
		usage: "column of a table that says how much a row counts, 0 or more, and is left out of the inputs: losses and scores are means with these weights",
		at:    func(s *Settings) any { return &s.Weight }, check: anything, start: Told},
	{key: "drop",
		usage: "columns of a CSV file to leave out, by names or patterns such as date_* or *_id; repeat it, or write a,b; a pattern leaves alone what another setting names",
		at:    func(s *Settings) any { return &s.Drop }, check: anything, start: Told},
	{key: "keep",
		usage: "columns to keep that would be left out, such as one that counts the rows; written as for --drop, as the next three are",
		at:    func(s *Settings) any { return &s.Keep }, check: anything, start: Told},
	{key: "category",
		usage: "columns of codes, each value a category though it may look like a number",
		at:    func(s *Settings) any { return &s.Category }, check: anything, start: Told},
	{key: "number",
		usage: "columns that must hold numbers, or the first cell that is none is an error; price:comma or price:point says which is the decimal mark",
		at:    func(s *Settings) any { return &s.Number }, check: anything, start: Told},
	{key: "date",
		usage: "columns that must hold dates; day:dmy, day:mdy or day:ymd says the order of day, month and year, and day:unix that they are seconds since 1970",
		at:    func(s *Settings) any { return &s.Date }, check: anything, start: Told},
	{key: "levels", def: "auto", before: "100/10",
		usage: "levels of categories that become an input each, while the others share one: 1000/2, the 1,000 most frequent that stand in 2 rows or more, as 1000 does for 10 rows; auto: 1000/2, of more than 4 columns fewer; city:hashed=256 one of 256 inputs by the hash of a level; names and patterns as for --drop, with others behind a comma. Up to 100 levels are kept whatever their rows",
		at:    func(s *Settings) any { return &s.Levels }, check: anything, start: Told, fixed: sameRows},
	{key: "tokens", def: "auto",
		usage: "what a text is cut into, learned from its training part: char, its characters; byte; or bpe:2000, bytes and the pairs of them that stand together most often, 2,000 in all; auto: char",
		at:    func(s *Settings) any { return &s.Tokens }, check: parses(tokens.Parse), start: Told, fixed: sameRows},
	{key: "lines",
		usage: "each line of a text is a sample of its own, as in a list of names",
		at:    func(s *Settings) any { return &s.Lines }, check: anything, start: Told, fixed: sameRows},
	{key: "test",
		usage: "data to test on, instead of a part of --data",
		at:    func(s *Settings) any { return &s.Test }, check: anything, start: Told, fixed: sameRows},
	{key: "validation",
		usage: "data to validate on, instead of a part of --data",
		at:    func(s *Settings) any { return &s.Validation }, check: anything, start: Told, fixed: sameRows},
	{key: "split", def: "auto",
		usage: "training/validation/test in percent; auto: 70/10/20, but a set's own test part where it has one; 100/0/0 trains on all rows but those of --test or of the set's own test part; time or time:70/10/20 cuts by --time: training is what came first, and the test part what came last",
		at:    func(s *Settings) any { return &s.Split }, check: parses(parseSplit), start: Told, fixed: sameRows},
	{key: "split_seed",
		usage: "seed of the split alone",
		at:    func(s *Settings) any { return &s.SplitSeed }, check: anything, start: Told, fixed: sameRows},
	{key: "group",
		usage: "column of a table whose equal cells say which rows belong together, such as those of one patient: they all go to one part, or one fold; it is left out of the inputs, unless --keep names it",
		at:    func(s *Settings) any { return &s.Group }, check: anything, start: Told, fixed: sameRows},
	{key: "time",
		usage: "column of a table, numbers or dates, that says when a row was, to split by instead of at random; it stays among the inputs, unless --drop names it",
		at:    func(s *Settings) any { return &s.Time }, check: anything, start: Told, fixed: sameRows},
}

// imageRows are how images are read and varied.
var imageRows = []Setting{
	{key: "image_size", def: "auto",
		usage: "height×width of all images, as in 32 or 48x64; auto: what most of them have",
		at:    func(s *Settings) any { return &s.ImageSize }, check: anything, start: Told, fixed: sameRows}, // see imageConfig
	{key: "image_mode", def: "auto",
		usage: "gray or color, to convert images to; auto: as they are, which must be one",
		at:    func(s *Settings) any { return &s.ImageMode }, check: anything, start: Told, fixed: sameRows},
	{key: "skip_corrupt",
		usage: "leave out images that cannot be read, and count them",
		at:    func(s *Settings) any { return &s.SkipCorrupt }, check: anything, start: Told, fixed: sameRows},
	{key: "augment", def: "none",
		usage: "how training images are varied, as in crop:4,flip,cutout:8: crop, flip, vflip, shift, rotate, scale, brightness, contrast, saturation, cutout, mixup, cutmix, or none",
		at:    func(s *Settings) any { return &s.Augment }, start: Told,
		fill: reads(data.ParseAugment, func(c *train.Config) *data.Augment { return &c.Augment })},
	{key: "tta", def: "none",
		usage: "views of an image to average predictions over when the model is measured at the end: flip, shift:1 (pixels), or both, as in flip,shift:1; or none",
		at:    func(s *Settings) any { return &s.TTA }, check: parses(model.ParseViews), start: LineRun},
}
