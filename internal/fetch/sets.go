package fetch

import (
	"fmt"

	"descent/internal/suggest"
)

// sets are the data sets that can be fetched. The sums of MNIST and
// Fashion-MNIST are those of the files that their authors published, whose MD5
// sums the authors state.
func sets() []Set {
	const (
		mnistPage   = "http://yann.lecun.com/exdb/mnist/"
		mnistS3     = "https://ossci-datasets.s3.amazonaws.com/mnist/"
		mnistGoogle = "https://storage.googleapis.com/cvdf-datasets/mnist/"
		fashionS3   = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
		fashionGit  = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
		fashionPage = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"
		cifarPage   = "https://www.cs.toronto.edu/~kriz/"
	)
	mnist := []string{mnistS3, mnistGoogle, mnistPage}
	fashion := []string{fashionS3, fashionGit, fashionPage}
	const batch = 30_730_000 // 10,000 records of a label and 32×32×3 pixels
	return []Set{
		{
			Name:  "mnist",
			About: "MNIST, 70,000 handwritten digits of 28×28 pixels; LeCun and Cortes, CC BY-SA 3.0",
			Files: []File{
				file("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", mnist),
				file("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", mnist),
				file("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", mnist),
				file("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", mnist),
			},
		},
		{
			Name:  "fashion-mnist",
			About: "Fashion-MNIST, 70,000 articles of clothing of 28×28 pixels; Zalando SE, MIT licence",
			Files: []File{
				file("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", fashion),
				file("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", fashion),
				file("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", fashion),
				file("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", fashion),
			},
		},
		{
			Name:  "cifar-10",
			About: "CIFAR-10, 60,000 colour photographs of 32×32 pixels in 10 classes; Krizhevsky, 2009, no licence stated",
			Files: []File{
				file("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", []string{cifarPage}),
			},
			Archive: true,
			Members: []Member{
				{"data_batch_1.bin", batch},
				{"data_batch_2.bin", batch},
				{"data_batch_3.bin", batch},
				{"data_batch_4.bin", batch},
				{"data_batch_5.bin", batch},
				{"test_batch.bin", batch},
			},
		},
	}
}

func file(name string, size int64, sum string, mirrors []string) File {
	f := File{Name: name, Size: size, SHA256: sum}
	for _, mirror := range mirrors {
		f.URLs = append(f.URLs, mirror+name)
	}
	return f
}

// Names returns the names of the sets.
func Names() []string {
	var names []string
	for _, s := range sets() {
		names = append(names, s.Name)
	}
	return names
}

// Lookup returns the set of a name.
func Lookup(name string) (Set, error) {
	for _, s := range sets() {
		if s.Name == name {
			return s, nil
		}
	}
	return Set{}, fmt.Errorf("fetch: %w", suggest.Unknown("data set", name, Names()))
}
