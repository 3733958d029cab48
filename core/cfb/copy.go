package cfb

import "fmt"

// copyPiece is how much of a stream Copy holds at once, in bytes.
const copyPiece = 32 << 10

// Copy writes everything in src, its class id and state bits included, into
// dst, which must not hold children of the same names. Storages may be nested
// as deep as Options.MaxDepth allowed when src was opened. It fails with
// ErrName where src has a name that must not be written.
func Copy(dst *StorageWriter, src *Storage) error {
	return copyStorage(dst, src, make([]byte, copyPiece))
}

func copyStorage(dst *StorageWriter, src *Storage, buf []byte) error {
	dst.SetCLSID(src.CLSID())
	dst.SetState(src.State())
	for _, s := range src.Streams() {
		if err := copyStream(dst, s, buf); err != nil {
			return err
		}
	}
	for _, s := range src.Storages() {
		sub, err := dst.CreateStorage(s.Name())
		if err != nil {
			return err
		}
		if err := copyStorage(sub, s, buf); err != nil {
			return err
		}
	}
	return nil
}

func copyStream(dst *StorageWriter, src *Stream, buf []byte) error {
	w, err := dst.CreateStream(src.Name())
	if err != nil {
		return err
	}
	for off := int64(0); off < src.Size(); {
		n, err := src.ReadAt(buf[:min(int64(len(buf)), src.Size()-off)], off)
		if n == 0 && err != nil {
			return fmt.Errorf("copy %s: %w", src.Path(), err)
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		off += int64(n)
	}
	return w.Close()
}
