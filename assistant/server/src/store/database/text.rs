//! Text from outside: every character of it is kept, also the one that PostgreSQL has no place for.

use std::borrow::Cow;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Postgres, Sqlite, Type};

/// Text that a client or an upstream wrote, or may have. In PostgreSQL a zero character is written as a mark, and so
/// that it reads back as it was, the mark itself as two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Text<'t>(pub(in crate::store) Cow<'t, str>);

/// Noncharacters: text for interchange has none, so this costs a look at most.
const MARK: char = '\u{fdd2}';
const MARK_ALONE: &str = "\u{fdd2}\u{fdd2}";
const MARK_ZERO: &str = "\u{fdd2}\u{fdd3}";

impl<'t> Text<'t> {
    pub(in crate::store) fn of(text: &'t (impl AsRef<str> + ?Sized)) -> Self {
        Self(Cow::Borrowed(text.as_ref()))
    }

    pub(in crate::store) fn into_string(self) -> String {
        self.0.into_owned()
    }
}

/// The text as PostgreSQL keeps it.
pub(in crate::store) fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(MARK, MARK_ALONE).replace('\0', MARK_ZERO))
}

/// The text that was kept like this.
fn read(stored: &str) -> String {
    let mut text = String::with_capacity(stored.len());
    let mut characters = stored.chars();
    while let Some(character) = characters.next() {
        match character {
            MARK if characters.next() == Some(MARK) => text.push(MARK),
            MARK => text.push('\0'),
            other => text.push(other),
        }
    }
    text
}

impl Type<Sqlite> for Text<'_> {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <str as Type<Sqlite>>::type_info()
    }

    fn compatible(found: &<Sqlite as Database>::TypeInfo) -> bool {
        <str as Type<Sqlite>>::compatible(found)
    }
}

impl Type<Postgres> for Text<'_> {
    fn type_info() -> <Postgres as Database>::TypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(found: &<Postgres as Database>::TypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(found)
    }
}

impl<'q> Encode<'q, Sqlite> for Text<'_> {
    fn encode_by_ref(
        &self,
        buffer: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'q, Sqlite>>::encode_by_ref(&self.0.as_ref(), buffer)
    }
}

impl<'q> Encode<'q, Postgres> for Text<'_> {
    fn encode_by_ref(
        &self,
        buffer: &mut <Postgres as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'q, Postgres>>::encode_by_ref(&stored(&self.0).as_ref(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Text<'static> {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <String as Decode<'r, Sqlite>>::decode(value).map(|text| Self(Cow::Owned(text)))
    }
}

impl<'r> Decode<'r, Postgres> for Text<'static> {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <&str as Decode<'r, Postgres>>::decode(value).map(|text| Self(Cow::Owned(read(text))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{read, stored};

    #[test]
    fn a_text_without_zero_is_kept_as_it_is() {
        assert!(matches!(stored("a\u{fdd3}\n"), std::borrow::Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_back_and_has_no_zero(text in "[\\x00\u{fdd2}\u{fdd3}a]{0,12}") {
            prop_assert!(!stored(&text).contains('\0'));
            prop_assert_eq!(read(&stored(&text)), text);
        }
    }
}
