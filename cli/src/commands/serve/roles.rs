//! What a server does, and who does the rest, from what was typed.

use houseful_server::roles::{BadRoles, ClusterKey, PeerAddress, Roles, RolesConfig, ServerRole};

use crate::{args::ServeArgs, error::CliError};

/// The roles that were asked for; all three together if none was.
pub(super) fn read(args: &ServeArgs) -> Result<RolesConfig, CliError> {
    let named = args.roles.iter().map(|word| word.parse());
    let own = named.collect::<Result<Vec<ServerRole>, _>>();
    let own = own.map_err(|e| usage(e.to_string(), None))?;
    let config = RolesConfig {
        own: if own.is_empty() {
            Roles::ALL
        } else {
            own.into_iter().collect()
        },
        peers: args
            .peers
            .iter()
            .map(|text| peer(text))
            .collect::<Result<_, _>>()?,
        key: key(args)?,
    };
    match config.check() {
        Ok(()) => Ok(config),
        Err(error) => Err(usage(error.to_string(), Some(hint(error)))),
    }
}

/// `booking=http://10.0.0.7:7878`
fn peer(text: &str) -> Result<(ServerRole, PeerAddress), CliError> {
    let as_in = || Some("as in `--peer booking=http://10.0.0.7:7878`".to_owned());
    let Some((role, address)) = text.split_once('=') else {
        let what = houseful_core::text::shown(text, 80);
        return Err(usage(
            format!("`{what}` names no role and no server"),
            as_in(),
        ));
    };
    let role = role.parse().map_err(|e| usage(format!("{e}"), as_in()))?;
    let address = address
        .parse()
        .map_err(|e| usage(format!("{e}"), as_in()))?;
    Ok((role, address))
}

fn key(args: &ServeArgs) -> Result<Option<ClusterKey>, CliError> {
    let Some(path) = &args.cluster_key_file else {
        return Ok(None);
    };
    let read = ClusterKey::read(path);
    read.map(Some).map_err(|error| {
        let message = format!("the key in {} can't be used: {error}", path.display());
        let make = "make one with `openssl rand -hex 32 >house.key && chmod 600 house.key`";
        usage(message, Some(make.to_owned()))
    })
}

fn hint(error: BadRoles) -> String {
    match error {
        BadRoles::None => "leave `--role` out, and the server does all".to_owned(),
        BadRoles::Nobody(role) => {
            format!("name one with `--peer {role}=http://...`, or give this server the role")
        }
        BadRoles::NoKey => "name a file with `--cluster-key-file`".to_owned(),
    }
}

fn usage(message: String, hint: Option<String>) -> CliError {
    CliError::Usage { message, hint }
}
