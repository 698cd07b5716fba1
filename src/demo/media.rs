//! Small files that are what their media types say.

use super::random::Random;

/// An uncompressed picture (24 bits a pixel) of coloured stripes and noise.
pub(super) fn bitmap(random: &mut Random) -> Vec<u8> {
    const SIDE: u32 = 32;
    let pixels = SIDE * SIDE * 3;
    let mut file = b"BM".to_vec();
    for field in [54 + pixels, 0, 54, 40, SIDE, SIDE, 1 | 24 << 16, 0, pixels, 2835, 2835, 0, 0] {
        file.extend(field.to_le_bytes());
    }
    let stripe = random.next().to_le_bytes();
    for nth in 0..pixels / 8 {
        let noise = if nth % 3 == 0 { random.next().to_le_bytes() } else { stripe };
        file.extend(noise);
    }
    file
}

/// Labels as an annotator exports them.
pub(super) fn labels(random: &mut Random) -> Vec<u8> {
    let mut file = "frame,left,top,width,height,label\r\n".to_owned();
    for frame in 1..=random.between(40, 160) {
        let [left, top, width, height] = [(); 4].map(|()| random.below(1920));
        let label = random.pick(&["claw", "tooth", "feather", "skull"]);
        file.push_str(&format!("{frame},{left},{top},{width},{height},{label}\r\n"));
    }
    file.into_bytes()
}

/// A quarter of a second of a tone (8 bits, 8 kHz, one channel).
pub(super) fn tone(random: &mut Random) -> Vec<u8> {
    const SAMPLES: u32 = 2000;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + SAMPLES).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for field in [16, 1 | 1 << 16, 8000, 8000, 1 | 8 << 16] {
        file.extend(u32::to_le_bytes(field));
    }
    file.extend(b"data");
    file.extend(SAMPLES.to_le_bytes());
    // A triangle wave, since sines differ between machines.
    let period = random.between(16, 40);
    file.extend((0..u64::from(SAMPLES)).map(|nth| {
        let place = nth % period * 128 / period;
        u8::try_from(64 + place.min(128 - place) * 2).unwrap_or(128)
    }));
    file
}
