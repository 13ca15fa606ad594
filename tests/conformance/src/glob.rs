//! Patterns for ids.

/// Whether `id` fits `pattern`, in which `*` stands for anything.
pub(crate) fn matches(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == id,
        Some((start, rest)) => id.strip_prefix(start).is_some_and(|id| {
            let ends = (0..=id.len()).filter(|at| id.is_char_boundary(*at));
            ends.map(|at| &id[at..]).any(|id| matches(rest, id))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_anything() {
        assert!(matches("rooms.*", "rooms.full") && matches("*", "a") && matches("a", "a"));
        assert!(matches("*/login", "rooms.full/login") && matches("r*.*l", "rooms.full"));
        assert!(!matches("rooms.*", "login.token") && !matches("a", "ab"));
    }
}
