using Microsoft.Extensions.Logging;

namespace Godwit.Telemetry.Logging;

/// <summary>
/// Everything that a library or a source-generated message logs by <c>ILogger</c>, through <see cref="SafeLog"/>: its structured state, its scopes, its format string and its exception, each masked. The text that the caller's
/// own formatter would make is not used where there is a format string, because it knows no field by its name.
/// </summary>
public sealed class SafeLoggerProvider(SafeLog log) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new SafeLogger(log, categoryName, () => _scopes);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => _scopes = null;
}
