//! Bodies of requests: their type, their size and the time they take.

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use speech_exit::Notice;
use speech_exit::strict::Fault;

use crate::app::App;

/// A body of type `application/json` and at most `LIMIT` bytes.
#[derive(Debug, Clone)]
pub struct JsonBody<const LIMIT: usize>(pub Bytes);

impl<const LIMIT: usize> FromRequest<App> for JsonBody<LIMIT> {
    type Rejection = Notice;

    async fn from_request(request: Request, app: &App) -> Result<Self, Notice> {
        expect_type(request.headers(), &[JSON])?;
        match read(request, LIMIT, app).await? {
            Some(bytes) => Ok(Self(bytes)),
            None => Err(Fault::too_large(LIMIT).into()),
        }
    }
}

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// The one of `types` that a request's body is of. Parameters of the type are not looked at, except that a
/// charset has to be UTF-8.
pub(crate) fn expect_type(
    headers: &HeaderMap,
    types: &[&'static str],
) -> Result<&'static str, Notice> {
    let found = media_type(headers);
    let known = types.iter().find(|known| found.as_deref() == Some(**known));
    known.copied().ok_or_else(|| {
        let words = "expected a content type that this path takes, in UTF-8";
        Notice::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", words)
    })
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = values.next()?.to_str().ok()?;
    let mut parts = value.split(';');
    let essence = parts.next()?.trim().to_ascii_lowercase();
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    (is_utf8 && values.next().is_none()).then_some(essence)
}

/// The body's bytes; none if there are more than `limit`.
pub(crate) async fn read(
    request: Request,
    limit: usize,
    app: &App,
) -> Result<Option<Bytes>, Notice> {
    let body: Body = request.into_body();
    if body.size_hint().lower() > limit as u64 {
        return Ok(None);
    }
    let collected = Limited::new(body, limit).collect();
    match tokio::time::timeout(app.limits().body, collected).await {
        Ok(Ok(collected)) => Ok(Some(collected.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Ok(None),
        Ok(Err(_)) => {
            let words = "expected the whole body, found its end before";
            Err(Notice::new(StatusCode::BAD_REQUEST, "BODY_CUT", words))
        }
        Err(_) => {
            let words = "expected the body to come in faster";
            Err(Notice::new(StatusCode::REQUEST_TIMEOUT, "BODY_TIMEOUT", words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JSON, expect_type};
    use http::HeaderMap;
    use http::header::CONTENT_TYPE;

    #[test]
    fn only_the_named_types_in_utf8_are_taken() {
        let takes = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(value));
            expect_type(&headers, &[JSON]).is_ok()
        };
        assert!(takes("application/json"));
        assert!(takes("Application/JSON; charset=\"UTF-8\""));
        for refused in ["text/plain", "application/json; charset=latin1", "application/jsonx", ""] {
            assert!(!takes(refused), "{refused}");
        }
        assert!(expect_type(&HeaderMap::new(), &[JSON]).is_err());
    }
}
