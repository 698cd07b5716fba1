//! What one core of this machine can do with the bytes of an archive: deflate them by the libraries and in the pieces in
//! which art20 does, inflate them, hash them. The benchmarks of huge archives and of `verify` are measured against it.
//!
//! usage: `limit ARCHIVE.zip LEVEL…`; prints one JSON object.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::time::{Duration, Instant};

/// As in `archive/deflate.rs`.
const BLOCK: usize = 512 * 1024;

/// Time on the processor, which others on the machine do not change much.
fn busy() -> Duration {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok();
    let first = nanoseconds.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
    first.map_or_else(
        || {
            static BEGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
            BEGIN.elapsed()
        },
        Duration::from_nanos,
    )
}

/// Adds the time of some work.
fn timed<T>(sum: &mut Duration, work: impl FnOnce() -> T) -> T {
    let begin = busy();
    let result = std::hint::black_box(work());
    *sum += busy() - begin;
    result
}

/// Deflates files at one level.
struct Deflating {
    level: u32,
    whole: Compressor,
    block: Compress,
    out: Vec<u8>,
    bytes: u64,
    time: Duration,
}

impl Deflating {
    fn new(level: u32) -> Deflating {
        let (small, large) = if level == 2 { (1, 3) } else { (i32::try_from(level).unwrap(), level) };
        let whole = CompressionLvl::new(small).unwrap();
        let block = Compress::new(Compression::new(large), false);
        let (whole, out) = (Compressor::new(whole), vec![0; 2 * BLOCK]);
        Deflating { level, whole, block, out, bytes: 0, time: Duration::ZERO }
    }

    /// Small files together, so that the clock is looked at seldom; each file by itself.
    fn files(&mut self, files: &[Vec<u8>]) {
        timed(&mut self.time, || {
            for file in files {
                if file.len() <= BLOCK {
                    let packed = self.whole.deflate_compress(file, &mut self.out).unwrap_or(file.len());
                    self.bytes += packed as u64;
                    continue;
                }
                for block in file.chunks(BLOCK) {
                    self.block.reset();
                    self.block.compress(block, &mut self.out, FlushCompress::Sync).unwrap();
                    self.bytes += self.block.total_out();
                }
            }
        });
    }
}

/// Bytes that are worth a look at the clock.
const WORTH: usize = 32 * BLOCK;

/// Everything that is measured.
struct Limit {
    deflating: Vec<Deflating>,
    state: Decompress,
    inflate: Duration,
    sha256: Duration,
    bytes: u64,
    /// Small files as they stand in the zip, each with its size, and whether it is deflated.
    packed: Vec<(Vec<u8>, usize, bool)>,
    waiting: usize,
}

impl Limit {
    fn new(levels: &[String]) -> Limit {
        let deflating = levels.iter().map(|level| Deflating::new(level.parse().unwrap())).collect();
        let (state, none) = (Decompress::new(false), Duration::ZERO);
        Limit { deflating, state, inflate: none, sha256: none, bytes: 0, packed: Vec::new(), waiting: 0 }
    }

    /// Takes an entry as it stands in the zip.
    fn entry(&mut self, mut raw: impl Read, size: usize, deflated: bool) {
        if size > WORTH {
            return self.large(raw, deflated);
        }
        let mut packed = Vec::new();
        raw.read_to_end(&mut packed).unwrap();
        self.packed.push((packed, size, deflated));
        self.waiting += size;
        if self.waiting >= WORTH {
            self.small();
        }
    }

    /// The small files so far.
    fn small(&mut self) {
        let packed = std::mem::take(&mut self.packed);
        let mut files: Vec<Vec<u8>> = packed.iter().map(|(_, size, _)| Vec::with_capacity(*size)).collect();
        let state = &mut self.state;
        timed(&mut self.inflate, || {
            for ((packed, _, deflated), file) in packed.iter().zip(&mut files) {
                if *deflated {
                    state.reset(false);
                    state.decompress_vec(packed, file, FlushDecompress::Finish).unwrap();
                } else {
                    file.extend_from_slice(packed);
                }
            }
        });
        self.measure(&files);
        self.waiting = 0;
    }

    /// A file that is not held in memory.
    fn large(&mut self, mut raw: impl Read, deflated: bool) {
        self.state.reset(false);
        let mut piece = Vec::with_capacity(WORTH);
        loop {
            let mut packed = Vec::new();
            (&mut raw).take(WORTH as u64).read_to_end(&mut packed).unwrap();
            if packed.is_empty() {
                return self.measure(&[piece]);
            }
            if !deflated {
                self.measure(&[packed]);
                continue;
            }
            let mut read = 0;
            while read < packed.len() {
                let before = self.state.total_in();
                let state = &mut self.state;
                timed(&mut self.inflate, || state.decompress_vec(&packed[read..], &mut piece, FlushDecompress::None))
                    .unwrap();
                read += usize::try_from(self.state.total_in() - before).unwrap();
                if piece.len() == piece.capacity() {
                    self.measure(std::slice::from_ref(&piece));
                    piece.clear();
                }
            }
        }
    }

    fn measure(&mut self, files: &[Vec<u8>]) {
        self.bytes += files.iter().map(|file| file.len() as u64).sum::<u64>();
        self.deflating.iter_mut().for_each(|deflating| deflating.files(files));
        let digest = |file: &Vec<u8>| std::hint::black_box(Sha256::digest(file))[0];
        timed(&mut self.sha256, || files.iter().map(digest).fold(0, |sum, byte| sum ^ byte));
    }
}

fn main() {
    // `cargo bench` passes an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, levels @ ..] = arguments.as_slice() else {
        println!("usage: limit ARCHIVE.zip LEVEL…");
        return;
    };
    let mut zip = zip::ZipArchive::new(std::io::BufReader::new(std::fs::File::open(path).unwrap())).unwrap();
    let mut limit = Limit::new(levels);
    for at in 0..zip.len() {
        let file = zip.by_index_raw(at).unwrap();
        let deflated = file.compression() == zip::CompressionMethod::Deflated;
        let size = usize::try_from(file.size()).unwrap();
        limit.entry(file, size, deflated);
    }
    limit.small();
    let level = |d: &Deflating| {
        let figures = serde_json::json!({"seconds": d.time.as_secs_f64(), "bytes": d.bytes});
        (d.level.to_string(), figures)
    };
    let levels: serde_json::Map<String, serde_json::Value> = limit.deflating.iter().map(level).collect();
    let figures = serde_json::json!({
        "bytes": limit.bytes,
        "deflate": levels,
        "inflate": limit.inflate.as_secs_f64(),
        "sha256": limit.sha256.as_secs_f64(),
    });
    println!("{figures}");
}
