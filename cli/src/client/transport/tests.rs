//! Addresses, and what is made of attempts that nobody answered.

use super::*;

#[test]
fn addresses_are_checked_before_anything_is_sent() {
    for good in [
        "http://127.0.0.1:7878",
        "https://tickets.example/",
        "http://[::1]:80",
    ] {
        let made = Client::new(good, None, Duration::from_secs(1));
        assert!(made.is_ok(), "{good}: {made:?}");
    }
    for bad in [
        "",
        "127.0.0.1:7878",
        "ftp://x",
        "http://",
        "http://u@x",
        "http://x?q",
    ] {
        assert!(
            matches!(
                Client::new(bad, None, Duration::from_secs(1)),
                Err(BadServer::Address { .. })
            ),
            "{bad}"
        );
    }
    let token = Some("two\nlines".to_owned());
    assert_eq!(
        Client::new("http://x", token, Duration::from_secs(1)).err(),
        Some(BadServer::Token)
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    // Bound and dropped: nobody listens there.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let base = format!("http://127.0.0.1:{port}");
    let client = Client::new(&base, None, Duration::from_secs(5)).expect("a client");
    let error = client.ask::<serde_json::Value>(Call::get("/v1")).await;
    assert!(
        matches!(&error, Err(ClientError::Unreachable { server, .. }) if *server == base),
        "{error:?}"
    );
}

/// What a server does with an attempt.
#[derive(Clone, Copy)]
enum Does {
    /// Reads it and hangs up, as if it died right after the commit.
    HangsUp,
    /// Says that it is busy.
    IsBusy,
}

fn server(does: [Does; 4]) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for does in does {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            if let Does::IsBusy = does {
                let body = r#"{"type": "/problems/busy", "title": "Busy", "status": 503,
                    "code": "busy", "detail": "busy", "retryable": true}"#;
                let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\
                            retry-after: 0\r\ncontent-type: application/problem+json\r\n";
                let length = body.len();
                let _ = write!(stream, "{head}content-length: {length}\r\n\r\n{body}");
            }
        }
    });
    base
}

async fn sold(does: [Does; 4]) -> ClientError {
    let client = Client::new(&server(does), None, Duration::from_secs(20)).expect("a client");
    let call = Call::post("/v1/bookings", &serde_json::json!({}));
    let answer = client.ask::<serde_json::Value>(call).await;
    answer.expect_err("no answer that says it was done")
}

#[tokio::test]
async fn a_busy_server_says_nothing_of_the_attempt_before() {
    use Does::{HangsUp, IsBusy};
    let error = sold([HangsUp, IsBusy, IsBusy, IsBusy]).await;
    assert!(error.outcome_unknown(), "{error:?}");
    // Busy from the beginning: nothing was done, and that is known.
    let error = sold([IsBusy; 4]).await;
    assert_eq!(error.code(), Some("busy"), "{error:?}");
    assert!(!error.outcome_unknown());
}
