//! The hashes of keys and of names.

/// How far from its place a hash may stand, so that no choice of keys makes it slow.
const PROBES: usize = 8;

/// A short word for a name: the same for the same name, and seldom that of another one. Its length, beginning, middle and
/// end are enough for that: names that agree in them are compared.
pub(crate) fn hash(name: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let length = name.len();
    let at = |from: usize| name.get(from..)?.first_chunk::<8>().copied().map(u64::from_le_bytes);
    let words = if length < 8 {
        name.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte))
    } else {
        let [begin, middle, end] =
            [0, length / 2 - 4, length - 8].map(|from| at(from).unwrap_or(0));
        begin ^ middle.rotate_left(23) ^ end.rotate_left(46)
    };
    ((words ^ length as u64).wrapping_mul(FACTOR) >> 32) as u32
}

/// Whether two of these hashes are the same, or too many nearly so. `table` is room for them.
pub(super) fn may_repeat(hashes: &[u32], table: &mut Vec<u32>) -> bool {
    if hashes.len() < 2 {
        return false;
    }
    let last = (hashes.len() * 2).next_power_of_two() - 1;
    table.clear();
    table.resize(last + 1, 0);
    hashes.iter().any(|hash| {
        // 0 is where there is none yet.
        let hash = hash | 1;
        for probe in 0..PROBES {
            match table.get_mut((hash as usize / 2 + probe) & last) {
                Some(free) if *free == 0 => {
                    *free = hash;
                    return false;
                }
                Some(taken) if *taken == hash => return true,
                _ => {}
            }
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{hash, may_repeat};
    use crate::finding::Code;
    use crate::read::{SIZE_MAX_BYTES, read};

    /// Keys that have one hash: they agree in their length and wherever it looks.
    fn colliding() -> Vec<String> {
        (0..20_000)
            .map(|number| format!("beginnin{number:08}-middle-{number:08}-the-end"))
            .collect()
    }

    #[test]
    fn keys_of_one_hash_are_told_apart() {
        let keys = colliding();
        let hashes: HashSet<_> = keys.iter().map(|key| hash(key.as_bytes())).collect();
        assert_eq!(hashes.len(), 1);
        let members = |keys: &[String]| {
            let members: Vec<_> = keys.iter().map(|key| format!("\"{key}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        let document = members(&keys);
        assert!(SIZE_MAX_BYTES / 2 < document.len() && document.len() < SIZE_MAX_BYTES);
        assert_eq!(read(document.as_bytes()).1, []);
        let again: Vec<_> = keys.iter().chain(keys.last()).cloned().collect();
        let (_, faults) = read(members(&again).as_bytes());
        let faults: Vec<_> = faults.iter().map(|fault| (fault.code, Some(&fault.found))).collect();
        assert_eq!(faults, [(Code::DuplicateKey, keys.last())]);
    }

    #[test]
    fn equal_hashes_and_crowded_ones_ask_for_a_closer_look() {
        let mut table = Vec::new();
        for (hashes, expected) in [
            (&[][..], false),
            (&[5], false),
            (&[5, 9], false),
            (&[5, 9, 5], true),
            (&[0, 0], true),
            (&[2, 66, 130, 194, 258, 322, 386, 450], false),
            (&[2, 66, 130, 194, 258, 322, 386, 450, 514], true),
        ] {
            assert_eq!(may_repeat(hashes, &mut table), expected, "{hashes:?}");
        }
    }
}
