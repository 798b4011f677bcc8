//! A house whose roles are processes of their own, each on a database of its own, that can be killed
//! and started again.

#![expect(
    clippy::expect_used,
    reason = "a house that can't be built ends its test at once"
)]

use std::{collections::BTreeMap, fs, net::SocketAddr, path::PathBuf};

use houseful_server::roles::ServerRole;
use tokio::net::TcpSocket;

use crate::{folder::Folder, program::Server};

/// The secret in the key of every such house.
pub const SECRET: &str = "a secret of the house, long enough for a test";

/// Three places, of which each may have a server.
pub struct Apart {
    /// Where all of it is.
    pub folder: Folder,
    places: BTreeMap<ServerRole, Place>,
}

/// Where one role is served.
struct Place {
    /// Keeps the port while no server listens there.
    _kept: TcpSocket,
    address: SocketAddr,
    db: String,
    server: Option<Server>,
    more: Vec<String>,
}

impl Apart {
    /// A demo chain without a server yet, its clock to be moved by hand. To be made on a runtime.
    #[must_use]
    pub fn new() -> Self {
        let folder = Folder::new();
        folder.chain("catalogue.db");
        fs::write(folder.path("house.key"), SECRET).expect("a key");
        private(&folder.path("house.key"));
        let place = |role: ServerRole| {
            let kept = TcpSocket::new_v4().expect("a socket");
            kept.set_reuseaddr(true).expect("a socket to share");
            kept.bind(([127, 0, 0, 1], 0).into()).expect("a port");
            let place = Place {
                address: kept.local_addr().expect("an address"),
                _kept: kept,
                db: folder.arg(&format!("{role}.db")),
                server: None,
                more: vec!["--clock".to_owned(), "manual".to_owned()],
            };
            (role, place)
        };
        Self {
            places: ServerRole::ALL.map(place).into(),
            folder,
        }
    }

    /// The same with all three servers.
    #[must_use]
    pub fn started() -> Self {
        let mut house = Self::new();
        for role in ServerRole::ALL {
            house.start(role);
        }
        house
    }

    /// Puts a role's database elsewhere.
    pub fn put(&mut self, role: ServerRole, db: &str) {
        db.clone_into(&mut self.place(role).db);
    }

    /// Takes other arguments for a role's next start than a clock that is moved by hand.
    pub fn with(&mut self, role: ServerRole, more: &[&str]) {
        self.place(role).more = more.iter().map(|arg| (*arg).to_owned()).collect();
    }

    fn place(&mut self, role: ServerRole) -> &mut Place {
        self.places.get_mut(&role).expect("a place for each role")
    }

    /// The arguments of a role's server.
    #[must_use]
    pub fn args(&self, role: ServerRole) -> Vec<String> {
        let place = &self.places[&role];
        let mut args = vec!["serve".to_owned(), "-o".to_owned(), "json".to_owned()];
        for (flag, value) in [
            ("--db", place.db.clone()),
            ("--listen", place.address.to_string()),
            ("--role", role.to_string()),
            ("--cluster-key-file", self.folder.arg("house.key")),
            ("--log-file", self.folder.arg(&format!("{role}.log"))),
            ("--admin-token-file", self.folder.arg("admin.token")),
        ] {
            args.extend([flag.to_owned(), value]);
        }
        for (of, place) in &self.places {
            args.extend([
                "--peer".to_owned(),
                format!("{of}=http://{}", place.address),
            ]);
        }
        args.extend(place.more.iter().cloned());
        args
    }

    /// Starts a role's server and waits until it answers.
    pub fn start(&mut self, role: ServerRole) {
        let args = self.args(role);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let command = self.folder.command(&args);
        let db = PathBuf::from(&self.places[&role].db);
        let server = Server::spawn(command, &db);
        self.place(role).server = Some(server);
    }

    /// `kill -9`.
    pub fn kill(&mut self, role: ServerRole) {
        let server = self.place(role).server.take();
        server.expect("a running server").kill();
    }

    /// What `kill` does without a number.
    pub fn stop(&mut self, role: ServerRole) {
        let server = self.place(role).server.take();
        let code = server.expect("a running server").stop();
        assert_eq!(code, Some(0), "{role} stops as it should");
    }

    /// Where a role is served.
    #[must_use]
    pub fn url(&self, role: ServerRole) -> String {
        format!("http://{}", self.places[&role].address)
    }

    /// The token of the house's first admin.
    #[must_use]
    pub fn admin_token(&self, role: ServerRole) -> String {
        let server = self.places[&role].server.as_ref();
        server.expect("a running server").notice().token
    }

    /// What a role's server has logged.
    #[must_use]
    pub fn log(&self, role: ServerRole) -> String {
        fs::read_to_string(self.folder.path(&format!("{role}.log"))).unwrap_or_default()
    }
}

/// Whoever reads of a test that failed can't look into its folder any more.
impl Drop for Apart {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for role in ServerRole::ALL {
                let log = self.log(role);
                let last = log.lines().rev().take(40).collect::<Vec<_>>();
                for line in last.into_iter().rev() {
                    eprintln!("{role}: {line}");
                }
            }
        }
    }
}

impl Default for Apart {
    fn default() -> Self {
        Self::new()
    }
}

/// For its owner alone.
pub fn private(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
    }
}
