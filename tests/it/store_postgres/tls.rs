//! Encryption, and who is believed to be the server.

use std::path::Path;

use houseful_server::postgres::Database;
use houseful_tests::cluster::{Cluster, ROLE};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::settings;

/// An authority.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("an authority")
}

/// Has the cluster show a certificate for `name`.
fn certify(cluster: &mut Cluster, authority: &CertifiedIssuer<'static, KeyPair>, name: &str) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    cluster.give("server.crt", &certificate.pem());
    cluster.give("server.key", &key.serialize_pem());
    cluster.set(&[("ssl", "on")]);
    cluster.restart();
}

async fn refused(url: &str) -> String {
    match Database::open(settings(url)).await {
        Ok(_) => panic!("{url} was taken"),
        Err(e) => e.to_string(),
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_server_that_was_meant_is_believed() {
    let mut cluster = Cluster::quick();
    let (ours, other) = (authority(), authority());
    let folder = houseful_tests::folder::Folder::new();
    let (ca, strange) = (folder.path("ca.pem"), folder.path("other.pem"));
    write(&ca, &ours.pem());
    write(&strange, &other.pem());
    let url = cluster.database();
    let database = url.rsplit('/').next().expect("a name").to_owned();

    // Without encryption at the server there is none to be had, and nothing else is taken.
    let error = refused(&format!("{url}?sslmode=require")).await;
    assert!(error.contains("TLS"), "{error}");

    certify(&mut cluster, &ours, "localhost");
    // Nothing but encrypted connections.
    let rules = format!(
        "hostssl all {ROLE} 127.0.0.1/32 trust\nhostssl all {ROLE} ::1/128 trust\n\
         host all postgres 127.0.0.1/32 trust\n"
    );
    cluster.give("pg_hba.conf", &rules);
    cluster.reload();
    let port = cluster.port();
    let at = |host: &str, options: String| {
        format!("postgres://{ROLE}@{host}:{port}/{database}?{options}")
    };
    let root = |file: &Path| format!("sslrootcert={}", file.display());

    let error = refused(&at("127.0.0.1", "sslmode=disable".to_owned())).await;
    assert!(error.contains("no encryption"), "{error}");
    for options in [
        format!("sslmode=verify-full&{}", root(&ca)),
        // A file of authorities says that somebody wants to know.
        root(&ca),
        "sslmode=require".to_owned(),
    ] {
        let url = at("localhost", options);
        Database::open(settings(&url)).await.expect(&url);
    }
    // Another name, another authority, an authority that nobody has heard of.
    for (host, options) in [
        ("127.0.0.1", format!("sslmode=verify-full&{}", root(&ca))),
        (
            "localhost",
            format!("sslmode=verify-full&{}", root(&strange)),
        ),
        ("localhost", format!("sslmode=require&{}", root(&strange))),
        ("localhost", "sslmode=verify-full".to_owned()),
    ] {
        let error = refused(&at(host, options)).await;
        assert!(error.contains("certificate"), "{error}");
    }
    // Who asks for the authority alone gets it whatever the name is.
    let url = at("127.0.0.1", format!("sslmode=require&{}", root(&ca)));
    Database::open(settings(&url)).await.expect(&url);
    let none = folder.path("none.pem");
    write(&none, "");
    let error = refused(&at("localhost", root(&none))).await;
    assert!(error.contains("none.pem"), "{error}");
}
