//! `houseful auth`: who we are to the server.

use std::{fs::OpenOptions, io::Write, path::Path};

use houseful_core::{
    text::shown,
    wire::admin::{Token, TokenRequest},
};

use super::dry_run;
use crate::{
    args::{AuthCommand, TokenCommand},
    client::{Client, ClientError},
    connection,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static STATUS: Columns = Columns {
    id: "account",
    columns: &[
        usual("server", "Server"),
        usual("account", "Account"),
        usual("role", "Role"),
        usual("channel", "Channel"),
        usual("mode", "Mode"),
        usual("version", "Version"),
        usual("time", "Time"),
        extra("clock", "Clock"),
        extra("speed", "Speed"),
        extra("roles", "Server roles"),
    ],
};

pub(super) static TOKENS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("account", "Account"),
        usual("role", "Role"),
        usual("channel", "Channel"),
        usual("created_at", "Made"),
        usual("secret", "Secret"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: AuthCommand) -> Result<(), CliError> {
    match command {
        AuthCommand::Status => status(ctx).await,
        AuthCommand::Login => login(ctx).await,
        AuthCommand::Logout => {
            let client = ctx.client().await?;
            logout(ctx, &client)
        }
        AuthCommand::Token(command) => token(ctx, command).await,
    }
}

fn logout(ctx: &mut Context, client: &Client) -> Result<(), CliError> {
    if ctx.globals.dry_run {
        let path = ctx.state.token_path(client.base())?;
        let effect = if path.exists() {
            "the token would be forgotten"
        } else {
            "no token is stored"
        };
        return dry_run::tell_file(ctx, &path, effect);
    }
    let was = ctx.state.forget_token(client.base())?;
    ctx.say(if was {
        "the token is forgotten"
    } else {
        "no token was stored"
    });
    Ok(())
}

async fn status(ctx: &mut Context) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let info = ctx.wait("asking", client.server_info()).await?;
    let mut value = serde_json::to_value(&info).unwrap_or_default();
    value["server"] = client.base().into();
    ctx.one(&STATUS, &value)?;
    if info.account.is_none() {
        ctx.say("not signed in: `houseful auth login` stores a token");
    }
    Ok(())
}

/// Stores a token after the server has said that it is good.
async fn login(ctx: &mut Context) -> Result<(), CliError> {
    let token = match ctx.settings.token_file() {
        Some(file) => connection::read_token(&file)?,
        None => ctx.ask("API token:", "--token-file FILE").await?,
    };
    let bare = ctx.client().await?;
    let client = Client::new(bare.base(), Some(token.clone()), ctx.settings.timeout())?;
    let info = ctx.wait("asking", client.server_info()).await?;
    let Some(account) = info.account else {
        return Err(CliError::usage_hint(
            "the server does not know this token",
            "an admin makes one with `houseful auth token create`",
        ));
    };
    if ctx.globals.dry_run {
        let path = ctx.state.token_path(client.base())?;
        let effect = format!("the token of {} would be stored in it", shown(&account, 60));
        return dry_run::tell_file(ctx, &path, &effect);
    }
    let path = ctx.state.store_token(client.base(), &token)?;
    let role = info
        .role
        .map_or("nobody", houseful_core::wire::admin::Role::word);
    let account = shown(&account, 60);
    ctx.say(&format!(
        "signed in as {account} ({role}); the token is in {}",
        path.display()
    ));
    Ok(())
}

async fn token(ctx: &mut Context, command: TokenCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        TokenCommand::Create {
            account,
            role,
            channel,
            save,
        } => {
            let request = TokenRequest {
                account,
                role: role.into(),
                channel,
            };
            if ctx.globals.dry_run {
                let effect = "a token would be made".to_owned();
                return dry_run::tell(ctx, "POST", "/v1/tokens".to_owned(), &request, effect);
            }
            if ctx.globals.quiet && save.is_none() {
                return Err(CliError::usage_hint(
                    "the secret is told once, and `-q` would not tell it",
                    "`--save FILE` writes it to a file for you alone",
                ));
            }
            let mut token = ctx.wait("asking", client.create_token(&request)).await?;
            if let Some(file) = save {
                save_secret(&file, &mut token)?;
                ctx.say(&format!("the secret is in {}", file.display()));
            } else {
                ctx.say("the secret is told this once; store it now");
            }
            ctx.one(&TOKENS, &token)
        }
        TokenCommand::List => {
            let asked = ("asking for tokens", client.tokens());
            ctx.list_of(&TOKENS, asked, "no tokens").await
        }
        TokenCommand::Revoke { id } => revoke(ctx, &client, &id).await,
    }
}

/// Writes the secret into a new file for its owner alone.
fn save_secret(file: &Path, token: &mut Token) -> Result<(), CliError> {
    let secret = token.secret.take().unwrap_or_default();
    let failed = |source| CliError::File {
        what: "write",
        path: file.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(failed)?;
    writeln!(out, "{secret}").map_err(failed)
}

async fn revoke(ctx: &mut Context, client: &Client, id: &str) -> Result<(), CliError> {
    let plain = !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !plain {
        let id = shown(id, 40);
        return Err(CliError::usage_hint(
            format!("`{id}` is not a token's id"),
            "`houseful auth token list` shows them",
        ));
    }
    if ctx.globals.dry_run {
        let effect = "the token would be worthless".to_owned();
        return dry_run::tell(ctx, "DELETE", format!("/v1/tokens/{id}"), &(), effect);
    }
    ctx.confirm(&format!("make the token {id} worthless?"))
        .await?;
    let done: Result<(), ClientError> = ctx.wait("asking", client.revoke_token(id)).await;
    done?;
    ctx.say(&format!("the token {id} is worthless now"));
    Ok(())
}
