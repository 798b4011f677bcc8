//! What is sent between servers and was not signed by one of them, lately and once, does nothing.
//!
//! The payment server of this house takes the test for its booking server, so that the test has real
//! messages in its hands: to deliver them, to deliver them again, and to change them.

use std::{collections::HashMap, net::SocketAddr};

use houseful_core::{ids::ShowId, wire::admin::Mode};
use houseful_server::{
    app::{RunningServer, ServerConfig, serve},
    catalogue::demo,
    roles::{
        ClusterKey, PeerAddress, Roles, RolesConfig,
        ServerRole::{self, Booking, Catalogue, Payment},
    },
};
use houseful_tests::{
    folder::Folder,
    test_app::{Said, http, said},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::Desk;

/// The header with the signature.
const SIGNED: &str = "houseful-signed";

/// A request from server to server, as it came.
#[derive(Clone, Debug)]
struct Caught {
    path: String,
    signed: String,
    body: String,
}

/// Listens in the place of a booking server, answers nothing that could be believed, and hands over
/// what it was asked.
async fn catcher() -> (SocketAddr, mpsc::UnboundedReceiver<Caught>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tx, rx) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(catch(stream, tx.clone()));
        }
    });
    (address, rx)
}

async fn catch(stream: TcpStream, tx: mpsc::UnboundedSender<Caught>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    let caught = Caught {
        path,
        signed: headers.get(SIGNED)?.clone(),
        body: String::from_utf8(body).ok()?,
    };
    let _ = tx.send(caught);
    let no = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.get_mut().write_all(no.as_bytes()).await.ok()
}

/// A house of two servers between which the test stands.
struct House {
    folder: Folder,
    seller: RunningServer,
    payer: RunningServer,
    caught: mpsc::UnboundedReceiver<Caught>,
    show: ShowId,
}

fn roles(own: &[ServerRole], peers: &[(ServerRole, String)], secret: &str) -> RolesConfig {
    let own: Roles = own.iter().copied().collect();
    let peer = |(role, url): &(ServerRole, String)| {
        let address: PeerAddress = url.parse().expect("an address");
        (*role, address)
    };
    RolesConfig {
        own,
        peers: peers.iter().map(peer).collect(),
        key: Some(ClusterKey::parse(secret).expect("a key")),
    }
}

impl House {
    /// One whose announcements the test has to carry.
    async fn open(secret: &str) -> Self {
        Self::open_between(secret, false).await
    }

    /// The same; with `both` its settlements, too.
    async fn open_between(secret: &str, both: bool) -> Self {
        let folder = Folder::new();
        let (to_test, caught) = catcher().await;
        let (one, two) = (
            TcpListener::bind("127.0.0.1:0"),
            TcpListener::bind("127.0.0.1:0"),
        );
        let (one, two) = (one.await.expect("a port"), two.await.expect("a port"));
        let url = |l: &TcpListener| format!("http://{}", l.local_addr().expect("an address"));
        let config = |name: &str, roles: RolesConfig| ServerConfig {
            roles,
            ..ServerConfig::new(folder.path(name), Some(Mode::Training))
        };
        let to_payer = if both {
            format!("http://{to_test}")
        } else {
            url(&two)
        };
        let sells = roles(&[Catalogue, Booking], &[(Payment, to_payer)], secret);
        let peers = [
            (Catalogue, url(&one)),
            (Booking, format!("http://{to_test}")),
        ];
        let pays = roles(&[Payment], &peers, secret);
        let seller = serve(config("seller.db", sells), one)
            .await
            .expect("a server");
        let chain = demo::small(seller.clock().now()).expect("a small chain");
        let shows = seller.catalogue().import(chain).await.expect("an import");
        let show = *shows.first().expect("a show");
        let payer = serve(config("payer.db", pays), two)
            .await
            .expect("a server");
        Self {
            folder,
            seller,
            payer,
            caught,
            show,
        }
    }

    /// The next message about a payment.
    async fn next(&mut self) -> Caught {
        self.next_at("/roles/v1/announcements").await
    }

    /// The next message that goes there.
    async fn next_at(&mut self, path: &str) -> Caught {
        loop {
            let caught = self.caught.recv().await.expect("a message");
            if caught.path == path {
                return caught;
            }
        }
    }

    /// Pays for a booking, whose id it gives; the news of it is the test's to carry.
    async fn pay(&self) -> String {
        let desk = Desk::new(self.seller.url(), Some(self.seller.admin_token.clone()));
        let id = houseful_tests::test_app::booking(self.show);
        let wish = json!({"seats": [{"seat": "A1"}, {"seat": "A2"}]});
        let wish =
            json!({"booking": id, "command": houseful_tests::test_app::command(), "wish": wish});
        desk.post("/v1/bookings", &wish).await.expect(201);
        let pay = desk.leave(&id).await;
        let desk = Desk::new(self.payer.url(), Some(self.payer.admin_token.clone()));
        let paid = desk.post("/v1/payments?wait_ms=0", &pay).await;
        assert_eq!(paid.status, 202, "{}", paid.text);
        id
    }

    /// Where the show stands, and what is known of payments.
    async fn stands(&self) -> (Value, Value) {
        let desk = Desk::new(self.seller.url(), Some(self.seller.admin_token.clone()));
        let journal = format!("/v1/shows/{}/journal?limit=1000", self.show);
        let journal = desk.get(&journal).await.expect(200);
        let mut payments = desk.get("/v1/payments").await.expect(200);
        for payment in payments["items"].as_array_mut().into_iter().flatten() {
            payment["updated_at"].take();
        }
        (journal, payments)
    }

    async fn deliver(&self, caught: &Caught) -> Said {
        send(
            &self.seller.url(),
            &caught.path,
            Some(&caught.signed),
            &caught.body,
        )
        .await
    }

    async fn close(self) {
        self.payer.stop().await;
        self.seller.stop().await;
    }
}

async fn send(url: &str, path: &str, signed: Option<&str>, body: &str) -> Said {
    let mut request = http()
        .post(format!("{url}{path}"))
        .header("content-type", "application/json")
        .body(body.to_owned());
    if let Some(signed) = signed {
        request = request.header(SIGNED, signed);
    }
    said(request).await
}

#[tokio::test]
async fn what_no_server_of_the_house_signed_for_this_once_does_nothing() {
    let secret = "a".repeat(32);
    let mut house = House::open(&secret).await;
    let id = house.pay().await;
    let news = house.next().await;
    assert!(news.body.contains(&id), "{news:?}");
    let before = house.stands().await;
    let url = house.seller.url();
    let captured = news.body.replace("authorised", "captured");
    assert_ne!(captured, news.body);
    let mut other_house = House::open(&"b".repeat(32)).await;
    other_house.pay().await;
    let foreign = other_house.next().await;
    let (signed, path) = (news.signed.as_str(), news.path.as_str());
    let (envelope, mac) = signed.split_once('.').expect("an envelope and a signature");
    let no_signature = format!("{envelope}.");
    let half = format!("{envelope}.{}", &mac[1..]);
    let forged: [(&str, Option<&str>, &str); 10] = [
        (path, None, &news.body),
        (path, Some(""), &news.body),
        (path, Some("x"), &news.body),
        (path, Some(&no_signature), &news.body),
        (path, Some(&half), &news.body),
        (path, Some(signed), &captured),
        (path, Some(signed), "[]"),
        ("/roles/v1/announcements?x", Some(signed), &news.body),
        ("/roles/v1/settlements", Some(signed), &news.body),
        (path, Some(&foreign.signed), &foreign.body),
    ];
    for (path, signed, body) in forged {
        let said = send(&url, path, signed, body).await;
        assert_eq!(
            (said.status, said.code()),
            (403, "untrusted"),
            "{path} {signed:?} {body}"
        );
        assert_eq!(said.header(SIGNED), "refused");
    }
    // A client's request that pretends to have come through a server of the house.
    let said = send(&url, "/v1/tokens", Some(signed), "{}").await;
    assert_eq!((said.status, said.code()), (403, "untrusted"));
    assert_eq!(
        house.stands().await,
        before,
        "nothing of it has done anything"
    );

    // The message itself is taken, once.
    let said = house.deliver(&news).await;
    assert_eq!(said.status, 200, "{}", said.text);
    assert!(!said.header(SIGNED).is_empty(), "the answer is signed");
    let after = house.stands().await;
    assert_ne!(after.0, before.0, "the booking is secured");
    let again = house.deliver(&news).await;
    assert_eq!(
        (again.status, again.code()),
        (403, "untrusted"),
        "taken before"
    );
    assert_eq!(house.stands().await.0, after.0);
    other_house.close().await;
    house.close().await;
}

#[tokio::test]
async fn a_settlement_that_could_not_be_written_is_answered_503_and_comes_again() {
    let mut house = House::open_between(&"a".repeat(32), true).await;
    house.pay().await;
    let news = house.next().await;
    assert_eq!(house.deliver(&news).await.status, 200);
    let db = rusqlite::Connection::open(house.folder.path("payer.db")).expect("its database");
    let sql = |text: &str| db.execute_batch(text).expect("done");
    sql("CREATE TRIGGER full BEFORE UPDATE ON payment BEGIN SELECT RAISE(ABORT, 'full'); END");
    let to = house.payer.url();
    let path = "/roles/v1/settlements";
    let asked = house.next_at(path).await;
    let said = send(&to, path, Some(&asked.signed), &asked.body).await;
    assert_eq!(said.status, 503, "{}", said.text);
    sql("DROP TRIGGER full");
    // It was not taken, so its carrier brings it once more, signed anew.
    let again = house.next_at(path).await;
    assert_eq!(again.body, asked.body);
    let said = send(&to, path, Some(&again.signed), &again.body).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let desk = Desk::new(to, Some(house.payer.admin_token.clone()));
    let captured = |list: &Value| list["items"][0]["state"] == "captured";
    desk.until("/v1/payments", captured).await;
    house.close().await;
}

#[tokio::test]
async fn the_body_of_what_is_not_believed_is_never_read() {
    let house = House::open(&"a".repeat(32)).await;
    let url = house.seller.url();
    let address = url.strip_prefix("http://").expect("an address");
    for path in ["/roles/v1/announcements", "/v1/payments"] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: 500000\r\n{SIGNED}: e30.e30\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        // Nothing of the body is ever sent, and the answer is there all the same.
        let mut line = String::new();
        BufReader::new(stream)
            .read_line(&mut line)
            .await
            .expect("an answer");
        assert!(line.contains(" 403 "), "{path}: {line}");
    }
    house.close().await;
}

#[tokio::test]
async fn without_a_key_nothing_between_servers_is_there_to_ask() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let config = ServerConfig::new(folder.path("house.db"), Some(Mode::Training));
    let server = serve(config, listener).await.expect("a server");
    let said = send(&server.url(), "/roles/v1/tokens", Some("x.y"), "{}").await;
    assert_eq!((said.status, said.code()), (404, "not_found"));
    server.stop().await;
}
