package data

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"descent/data/internal/scratch"
	"descent/dist"
	"descent/internal/rawbytes"
)

// Share has the members of a group make parts once a machine: prepare, which opens and
// splits, is called by the first of those who run on one, and the others read the
// samples that it made where they lie, in a file without a name.
//
//	parts, err := data.Share(group, func() (data.Parts, error) {
//		source, err := data.Open("big.csv", data.CSVConfig{Targets: []string{"price"}})
//		if err != nil {
//			return data.Parts{}, err
//		}
//		return data.Split(source, data.SplitConfig{})
//	})
//
// So a machine reads and encodes the data once, and keeps it once. A member reads of it
// the rows that it is asked for, and holds of each row its target, its weight, its class
// and its number; the rest only up to 16 MiB, or what GOMEMLIMIT allows. Parts made on
// several machines are compared, and are an error if they differ.
//
// Tables, images and texts are shared. Forecasts, and samples that a program made, are made
// by each member itself; so is everything where there is no room for a temporary file, or the
// system has no names for files without one, as only Linux has. Notes, and the names of rows,
// have only the members that made the parts.
//
// All members call it. The error of one ends it on all: those who have none of their own
// get one that wraps [dist.ErrAborted].
func Share(g dist.Group, prepare func() (Parts, error)) (Parts, error) {
	all, err := ShareFolds(g, func() ([]Parts, error) {
		p, err := prepare()
		return []Parts{p}, err
	})
	if err != nil {
		return Parts{}, err
	}
	return all[0], nil
}

// ShareFolds is [Share] of several parts, such as folds, of the same rows.
func ShareFolds(g dist.Group, prepare func() ([]Parts, error)) (parts []Parts, err error) {
	if g == nil || g.Size() == 1 {
		return prepare()
	}
	s := &sharing{group: g, rank: g.Rank()}
	if err := s.lead(); err != nil {
		return nil, err
	}
	if s.file != nil {
		defer s.file.Close() // what is read later, those who read it have opened
	}
	leads := s.leaders[s.rank] == s.rank
	if leads {
		if parts, err = prepare(); err == nil && s.file != nil {
			s.lay(parts)
		}
	}
	all, err := s.agree(err)
	if err != nil {
		return nil, err
	}
	shared := true
	for rank, leader := range s.leaders {
		shared = shared && (rank != leader || all[rank].Place.Size > 0)
	}
	var sums map[int][]byte
	switch {
	case shared:
		parts, sums, err = s.take(all[s.leaders[s.rank]].Place, parts)
	case !leads:
		parts, err = prepare()
	}
	if _, err = s.agree(err); err != nil {
		return nil, err
	}
	if shared {
		err = s.compare(sums, parts)
	}
	return parts, err
}

// sharing is one call of Share.
type sharing struct {
	group   dist.Group
	rank    int
	file    *scratch.File // what others read
	saying  said          // to the others
	leaders []int         // by whom the copy of each member is made
	call    string        // tells this one from others
}

// said is what a member tells the others.
type said struct {
	Error  string
	Place  scratch.Place // of a token; and then of what its copy consists of, nowhere if it is not shared
	Token  string
	Leader int
}

// agree tells the others what this member has to say, and returns what all do. The error
// of one, which may be this one's, is one on all.
func (s *sharing) agree(err error) ([]said, error) {
	if err != nil {
		s.saying.Error = err.Error()
	}
	text, failed := json.Marshal(s.saying)
	var all [][]byte
	if failed == nil {
		all, failed = dist.Gather(s.group, text)
	}
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, fmt.Errorf("data: %w", failed)
	}
	list := make([]said, len(all))
	for rank, text := range all {
		if err := json.Unmarshal(text, &list[rank]); err != nil {
			return nil, fmt.Errorf("data: rank %d shares data in another way: %w", rank, err)
		}
		if list[rank].Error != "" {
			return nil, fmt.Errorf("%w by rank %d: %s", dist.ErrAborted, rank, list[rank].Error)
		}
	}
	return list, nil
}

// lead finds out who makes the copy of each member: the first whose file it can read, which
// is one on its machine.
func (s *sharing) lead() (err error) {
	s.saying.Token = rand.Text()
	if s.file, err = scratch.New(); err == nil {
		s.saying.Place, err = s.file.Lay([]byte(s.saying.Token))
	}
	if err != nil { // nobody finds it, and it leads itself
		s.file, s.saying.Place = nil, scratch.Place{}
	}
	all, err := s.agree(nil)
	if err != nil {
		return err
	}
	s.call = all[0].Token
	for rank, other := range all[:s.rank+1] {
		token, err := other.Place.Read()
		if rank == s.rank || err == nil && string(token) == other.Token {
			s.saying.Leader = rank
			break
		}
	}
	if all, err = s.agree(nil); err != nil {
		return err
	}
	for rank, other := range all {
		if leader := other.Leader; leader < rank && all[leader].Leader == leader {
			s.leaders = append(s.leaders, leader)
		} else {
			s.leaders = append(s.leaders, rank)
		}
	}
	s.saying.Place = scratch.Place{}
	return nil
}

// lay writes what others need of parts to the file, unless these cannot be shared, or
// there is no room.
func (s *sharing) lay(parts []Parts) {
	l := laying{file: s.file}
	if err := l.parts(parts); err != nil || l.unshared {
		return
	}
	text, err := json.Marshal(l.laid)
	if err != nil {
		return
	}
	if at, err := s.file.Lay(text); err == nil {
		s.saying.Place = at
	}
}

// take returns the parts that lie at a place, which the one who laid them there gives; and
// sums of them, by which machines are compared: that of what is to be known of them as
// number -1, and some of those of the rest, which the members of a machine share out.
func (s *sharing) take(head scratch.Place, parts []Parts) ([]Parts, map[int][]byte, error) {
	text, err := head.Read()
	if err != nil {
		return nil, nil, err
	}
	var l laid
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, nil, fmt.Errorf("data: shared parts: %w", err)
	}
	if parts == nil {
		if parts, err = l.parts(); err != nil {
			return nil, nil, err
		}
	}
	machines, own, members := 0, 0, 0
	for rank, leader := range s.leaders {
		if rank == leader {
			machines++
		}
		if leader == s.leaders[s.rank] {
			if members++; rank < s.rank {
				own++
			}
		}
	}
	sums := map[int][]byte{}
	if machines > 1 { // else there is nothing to compare
		if sums, err = sumsOf(l.Places, own, members); err != nil {
			return nil, nil, err
		}
	}
	for i := range l.Places {
		l.Places[i].Path, l.Places[i].At = "", 0
	}
	if text, err = json.Marshal(l); err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	sum := sha256.Sum256(text)
	sums[-1] = sum[:]
	return parts, sums, nil
}

// compare asks that the sums of all machines are equal, and names the parts by them.
func (s *sharing) compare(own map[int][]byte, parts []Parts) error {
	text, err := json.Marshal(own)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	all, err := dist.Gather(s.group, text)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	known := map[int][]byte{} // of the first member that has one of a number
	for rank, text := range all {
		var sums map[int][]byte
		if err := json.Unmarshal(text, &sums); err != nil {
			return fmt.Errorf("data: rank %d shares data in another way: %w", rank, err)
		}
		for _, i := range slices.Sorted(maps.Keys(sums)) {
			sum := sums[i]
			if known[i] == nil {
				known[i] = sum
			}
			if !bytes.Equal(known[i], sum) {
				return fmt.Errorf("data: the machines of the group do not have the same data: that of rank %d differs in its %s", rank, choose(i < 0, "columns, its size or its split", "rows"))
			}
		}
	}
	name := sha256.New()
	io.WriteString(name, s.call)
	for i := -1; known[i] != nil; i++ {
		name.Write(known[i])
	}
	sets, _ := setsOf(parts)
	for i, set := range sets {
		set.share(fmt.Sprintf("%x %d", name.Sum(nil), i))
	}
	return nil
}

// sumBytes is how much of a place has a sum of its own.
const sumBytes = 4 << 20

// sumsOf hashes some of what lies at places, cut into pieces: every so many one of them,
// by their numbers.
func sumsOf(places []scratch.Place, first, every int) (map[int][]byte, error) {
	sums := map[int][]byte{}
	i := 0
	for _, p := range places {
		for at := int64(0); at < p.Size; at += sumBytes {
			if i++; (i-1)%every != first {
				continue
			}
			b, err := scratch.Place{Path: p.Path, At: p.At + at, Size: min(sumBytes, p.Size-at)}.Read()
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(b)
			sums[i-1] = sum[:]
		}
	}
	return sums, nil
}

// Fingerprint tells sets of samples of one job apart. Of parts that [Share] made it is the
// same on all members, and another in each call, and reads no samples; of other sets it is
// their [Hash].
func Fingerprint(s Source) (string, error) {
	of, ok := wholeOf(s).(sharable)
	if !ok || of.name() == "" {
		return Hash(s)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%T %s ", s, of.name())
	if view, ok := s.(*subset); ok {
		h.Write(rawbytes.Of(view.rows))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
