using Godwit.Telemetry.Logging;
using Microsoft.Extensions.Logging;

namespace Godwit.Http.Requests;

/// <summary>
/// A host's only provider of loggers: <see cref="SafeLoggerProvider"/>, with the trace's id on every line that is logged within a request, and without the scope that the framework opens for it, which has the raw path.
/// </summary>
public sealed class RequestScopes(SafeLog log) : ILoggerProvider, ISupportExternalScope
{
    private readonly SafeLoggerProvider _safe = new(log);

    public ILogger CreateLogger(string categoryName) => _safe.CreateLogger(categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _safe.SetScopeProvider(new Scopes(scopeProvider));

    public void Dispose() => _safe.Dispose();

    private sealed class Scopes(IExternalScopeProvider all) : IExternalScopeProvider
    {
        public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
        {
            if (RequestTrace.CurrentId is { } id) callback(new KeyValuePair<string, object?>[] { new("traceId", id) }, state);
            all.ForEachScope(static (scope, to) =>
            {
                if (!IsRequest(scope)) to.callback(scope, to.state);
            }, (callback, state));
        }

        public IDisposable Push(object? state) => all.Push(state);

        private static bool IsRequest(object? scope)
        {
            if (scope is not IReadOnlyList<KeyValuePair<string, object>> pairs) return false;
            for (var i = 0; i < pairs.Count; i++)
            {
                if (pairs[i].Key is "RequestPath" or "ConnectionId") return true;
            }
            return false;
        }
    }
}
