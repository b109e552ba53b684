package picture

// headerTIFF reads the first page's directory.
func headerTIFF(_ *Decoder, data []byte) (header, error) {
	raster, err := readRaster(data)
	return raster.memory(), err
}

// decodeTIFF reads the first page.
func decodeTIFF(_ *Decoder, in input) (*Picture, error) {
	raster, err := readRaster(in.data)
	if err != nil {
		return nil, err
	}
	return raster.read(in)
}

// Tags and values of TIFF 6.0, §8 to §22.
const (
	tiffWidth        = 256
	tiffHeight       = 257
	tiffBits         = 258
	tiffCompression  = 259
	tiffPhotometric  = 262
	tiffFillOrder    = 266
	tiffStrips       = 273
	tiffSamples      = 277
	tiffRowsPerStrip = 278
	tiffStripBytes   = 279
	tiffPlanes       = 284
	tiffFaxOptions   = 292
	tiffPredictor    = 317
	tiffColourMap    = 320
	tiffTileWidth    = 322
	tiffTileHeight   = 323
	tiffTiles        = 324
	tiffTileBytes    = 325
	tiffExtra        = 338
	tiffSampleFormat = 339
	tiffJPEGTables   = 347
	tiffXMPTag       = 700

	tiffWhiteIsZero = 0
	tiffRGB         = 2
	tiffPalette     = 3
	tiffSeparated   = 5
	tiffYCbCr       = 6

	tiffSigned = 2
	tiffFloat  = 3
)

// tiffXMP returns the bytes of the XMP tag of the first page.
func tiffXMP(data []byte) []byte {
	tags, _, err := tiffTags(data)
	if err != nil {
		return nil
	}
	return tags[tiffXMPTag].bytes
}
