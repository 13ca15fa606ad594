//! Which source wins: flag, then environment, then file, then default.

use std::path::{Path, PathBuf};

use super::{ConfigError, Layer, Loaded, Settings, env, every_interface, file};
use crate::cli::Cli;
use crate::options::{self, Given, Warning};
use crate::places::places;
use env::Environment;

impl Layer {
    /// This layer, and `lower` where it says nothing. The options of both are kept apart by the
    /// caller.
    pub(super) fn or(self, lower: Self) -> Self {
        Self {
            listen: self.listen.or(lower.listen),
            transport: self.transport.or(lower.transport),
            transports: self.transports.or(lower.transports),
            auth: self.auth.or(lower.auth),
            auth_table: self.auth_table.or(lower.auth_table),
            invitation: self.invitation.or(lower.invitation),
            turn: self.turn.or(lower.turn),
            hook_flags: self.hook_flags.or(lower.hook_flags),
            hooks: self.hooks.or(lower.hooks),
            trusted_proxies: self.trusted_proxies.or(lower.trusted_proxies),
            proxy_protocol: self.proxy_protocol.or(lower.proxy_protocol),
            metrics_listen: self.metrics_listen.or(lower.metrics_listen),
            admin_listen: self.admin_listen.or(lower.admin_listen),
            admin_token_file: self.admin_token_file.or(lower.admin_token_file),
            admin: self.admin.or(lower.admin),
            static_files: self.static_files.or(lower.static_files),
            client_files: self.client_files.or(lower.client_files),
            demo: self.demo.or(lower.demo),
            allowed_origins: self.allowed_origins.or(lower.allowed_origins),
            denied_addresses: self.denied_addresses.or(lower.denied_addresses),
            max_sockets: self.max_sockets.or(lower.max_sockets),
            header_timeout: self.header_timeout.or(lower.header_timeout),
            max_header_bytes: self.max_header_bytes.or(lower.max_header_bytes),
            write_timeout: self.write_timeout.or(lower.write_timeout),
            shutdown_timeout: self.shutdown_timeout.or(lower.shutdown_timeout),
            log_level: self.log_level.or(lower.log_level),
            log_format: self.log_format.or(lower.log_format),
            message_log: self.message_log.or(lower.message_log),
            journal: self.journal.or(lower.journal),
            journal_max_bytes: self.journal_max_bytes.or(lower.journal_max_bytes),
            options: self.options.or(lower.options),
        }
    }
}

impl Settings {
    /// Settings from the text of a settings file, for a program that embeds the server: neither
    /// flags nor the environment are looked at. Relative paths are relative to the working
    /// directory.
    ///
    /// # Errors
    /// If the text cannot be read, or a setting or option in it does not exist or is not allowed.
    pub fn from_toml(text: &str) -> Result<Loaded, ConfigError> {
        let origin = "settings";
        let mut layer = file::parse(text, origin)?;
        let given = layer.options.take().map(|table| options::from_table(&table, origin));
        let (options, mut warnings) = options::build(given.transpose()?.unwrap_or_default())?;
        let settings = with_defaults(layer, options)?;
        warnings.extend(settings.auth.warnings());
        Ok(Loaded { settings, warnings })
    }

    /// Merges what the flags, the environment and the file say, and checks it.
    ///
    /// # Errors
    /// The first source that cannot be read, option that does not exist, or value that is not
    /// allowed.
    pub fn load(cli: Cli, environment: &Environment) -> Result<Loaded, ConfigError> {
        let path = match cli.config {
            Some(path) => Some(path),
            None => environment.get(env::CONFIG)?.map(PathBuf::from),
        };
        let mut from_file = path.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let table = from_file.options.take();

        let mut given: Vec<Given> = Vec::new();
        if let (Some(table), Some(path)) = (table, path.as_deref()) {
            given.extend(options::from_table(&table, &file::name(path))?);
        }
        if let Some(value) = environment.get(env::OPTIONS)? {
            given.extend(options::from_argument(value, env::OPTIONS)?);
        }
        if let Some(value) = &cli.easyrtc_options {
            given.extend(options::from_argument(value, "--easyrtc-options")?);
        }
        let (options, mut warnings) = options::build(given)?;
        warnings.extend(env::misspelt(environment).into_iter().map(|(name, meant)| Warning {
            origin: name,
            text: format!("is not a setting and has no effect; did you mean {meant}?"),
        }));

        let mut flags = cli.settings;
        if let Some(port) = cli.port {
            flags.listen = Some(vec![every_interface(port)]);
        }
        if cli.no_demo {
            flags.demo = Some(false);
        }
        let merged = flags.or(env::read(environment)?).or(from_file);
        let settings = with_defaults(merged, options)?;
        warnings.extend(settings.auth.warnings());
        warnings.extend(settings.hooks.warnings());
        warnings.extend(settings.admin.warnings());
        Ok(Loaded { settings, warnings })
    }
}

fn with_defaults(layer: Layer, options: options::Options) -> Result<Settings, ConfigError> {
    let default = Settings::default();
    let mut transports = layer.transports.unwrap_or_default();
    if let Some(names) = layer.transport {
        transports.enable(&names);
    }
    transports.check()?;
    let mut auth = layer.auth_table.unwrap_or_default();
    if let Some(chain) = layer.auth {
        auth.chain = chain;
    }
    auth.check()?;
    let mut invitation = layer.invitation.unwrap_or_default();
    let mut turn = layer.turn.unwrap_or_default();
    let mut hooks = layer.hooks.unwrap_or_default();
    hooks.take(layer.hook_flags);
    hooks.check()?;
    let mut admin = layer.admin.unwrap_or_default();
    admin.override_with(layer.admin_listen, layer.admin_token_file);
    let tables = auth.paths().chain(invitation.paths()).chain(turn.paths());
    for path in tables.chain(hooks.paths()).chain(admin.paths()) {
        *path = absolute(path)?;
    }
    turn.complete()?;
    let mut settings = Settings {
        listen: layer.listen.unwrap_or(default.listen),
        transports,
        auth,
        invitation,
        turn,
        hooks,
        trusted_proxies: layer.trusted_proxies.unwrap_or(default.trusted_proxies),
        proxy_protocol: layer.proxy_protocol.unwrap_or(default.proxy_protocol),
        metrics_listen: layer.metrics_listen,
        admin,
        static_files: layer.static_files.as_deref().map(absolute).transpose()?,
        client_files: layer.client_files.as_deref().map(absolute).transpose()?,
        demo: layer.demo.unwrap_or(default.demo),
        allowed_origins: layer.allowed_origins.unwrap_or(default.allowed_origins),
        denied_addresses: layer.denied_addresses.unwrap_or(default.denied_addresses),
        max_sockets: layer.max_sockets.unwrap_or(default.max_sockets),
        header_timeout: layer.header_timeout.map_or(default.header_timeout, |span| span.0),
        max_header_bytes: layer.max_header_bytes.unwrap_or(default.max_header_bytes),
        write_timeout: layer.write_timeout.map_or(default.write_timeout, |span| span.0),
        shutdown_timeout: layer.shutdown_timeout.map_or(default.shutdown_timeout, |span| span.0),
        log_level: layer.log_level.unwrap_or(default.log_level),
        log_format: layer.log_format.unwrap_or(default.log_format),
        message_log: layer.message_log.as_deref().map(absolute).transpose()?,
        journal: layer.journal.as_deref().map(absolute).transpose()?,
        journal_max_bytes: layer.journal_max_bytes.unwrap_or(default.journal_max_bytes),
        options,
    };
    check(&mut settings)?;
    Ok(settings)
}

/// What no setting can check by itself.
fn check(settings: &mut Settings) -> Result<(), ConfigError> {
    if settings.listen.is_empty() {
        return Err(ConfigError::new("listen", "names no address"));
    }
    if !(8192..=1_048_576).contains(&settings.max_header_bytes) {
        let problem = format!("{} is not 8192 to 1048576 bytes", settings.max_header_bytes);
        return Err(ConfigError::new("max_header_bytes", problem));
    }
    if settings.proxy_protocol && settings.trusted_proxies.is_empty() {
        let problem = "lets nobody in without trusted_proxies, which may send its header";
        return Err(ConfigError::new("proxy_protocol", problem));
    }
    let others = places(settings).into_iter().filter(|place| !place.offer.admin);
    let others: Vec<_> = others.map(|place| place.address).collect();
    settings.admin.complete(&others)
}

/// So that what `--print-config` writes means the same wherever it is read.
fn absolute(path: &Path) -> Result<PathBuf, ConfigError> {
    std::path::absolute(path)
        .map_err(|error| ConfigError::new(path.display().to_string(), error.to_string()))
}
