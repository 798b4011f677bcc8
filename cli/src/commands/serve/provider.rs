//! Who takes the cards, from what was typed.

use houseful_server::payment::stripe::{BadStripe, StripeConfig};

use crate::{args::ServeArgs, error::CliError};

/// The Stripe account that takes the cards, if one does. The variable may name a file on a machine
/// where other servers use it; what is typed says who is asked.
pub(super) fn read(args: &ServeArgs) -> Result<Option<StripeConfig>, CliError> {
    if args.provider != "stripe" {
        return Ok(None);
    }
    let Some(path) = &args.stripe_file else {
        return Err(CliError::Usage {
            message: "the keys of the Stripe account are not there".to_owned(),
            hint: Some("name their file with `--stripe-file`".to_owned()),
        });
    };
    StripeConfig::read(path).map(Some).map_err(|error| {
        let hint = match error {
            BadStripe::NotPrivate => None,
            _ => Some(
                "it has lines as `house = \"odeon-leeds\"`, `secret_key = \"sk_test_...\"` and \
                 `webhook_secrets = [\"whsec_...\"]`"
                    .to_owned(),
            ),
        };
        CliError::Usage {
            message: format!("{} can't be used for Stripe: {error}", path.display()),
            hint,
        }
    })
}
