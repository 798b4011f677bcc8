//! Base64url without padding, for what travels in headers and tokens: one text for each value, so
//! that no bit of a signed text can change.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(word);
        for i in 0..=chunk.len() {
            let six = (bits >> (18 - 6 * i)) & 63;
            out.push(char::from(ALPHABET[six as usize]));
        }
    }
    out
}

/// Reads what [`encode`] wrote; `None` for any other text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for (i, byte) in chunk.iter().enumerate() {
            let six = ALPHABET.iter().position(|a| a == byte)?;
            bits |= u32::try_from(six).ok()? << (18 - 6 * i);
        }
        let whole = chunk.len().checked_sub(1).filter(|n| *n > 0)?;
        out.extend_from_slice(&bits.to_be_bytes()[1..=whole]);
    }
    (encode(&out) == text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_both_ways() {
        for len in 0..70_u8 {
            let bytes: Vec<u8> = (0..len).map(|i| i.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        assert_eq!(decode("AB"), None, "bits that are not used are zero");
        assert_eq!(decode("A"), None);
    }
}
