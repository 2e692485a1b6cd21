using System.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Signing;

namespace Godwit.Security.Tokens;

/// <summary>
/// The token keys of this host as ES256 keys. All that are not retired verify, an announced one too, so that every host knows a key before any signs with it; the active one signs.
/// </summary>
public sealed class TokenKeys : IDisposable
{
    private readonly PurposeKeys _keys;
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyId, TokenKey> _opened = [];
    private State? _state;
    private bool _disposed;

    /// <param name="keys">The keys for <see cref="KeyPurpose.Token"/>.</param>
    public TokenKeys(PurposeKeys keys)
    {
        if (keys.Purpose != KeyPurpose.Token) throw new ArgumentException("these keys are not for tokens", nameof(keys));
        _keys = keys;
    }

    /// <summary>The public keys, as RFC 7517 writes a set: what an endpoint answers with. An announced key is in it before it signs.</summary>
    public string JwksDocument
    {
        get
        {
            var text = new StringBuilder("""{"keys":[""");
            foreach (var key in Current().ByKid.Values.OrderBy(k => k.Material.Version))
            {
                if (text[^1] == '}') text.Append(',');
                text.Append(key.Public.Jwk.AsSpan()[..^1]).Append(""","alg":"ES256","use":"sig"}""");
            }
            return text.Append("]}").ToString();
        }
    }

    internal EcPublicKey? Find(string kid) => Current().ByKid.GetValueOrDefault(kid)?.Public;

    /// <summary>Signs with the active key.</summary>
    /// <exception cref="KeyringException">There is none.</exception>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    internal byte[] Sign(Func<string, byte[]> dataFor, out byte[] data)
    {
        while (true)
        {
            var state = Current();
            ObjectDisposedException.ThrowIf(state.Set.IsEnded, this);
            var key = state.Active ?? throw new KeyringException("there is no active key for tokens: create one", mayRetry: true);
            // Given up between the two lines above: the keyring of now has another.
            if (!key.Material.TryHold()) continue;
            try
            {
                data = dataFor(key.Public.Kid);
                var signature = key.Sign(data);
                key.Material.Count(KeyOperation.Sign);
                return signature;
            }
            finally
            {
                key.Material.Release();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var key in _opened.Values) key.Dispose();
            _opened.Clear();
            _state = null;
        }
    }

    private State Current()
    {
        if (Volatile.Read(ref _state) is { } state && state.Set == _keys.Current) return state;
        lock (_lock)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                // Asked inside the lock: a thread that came here with an older set would take away what a newer one has opened.
                var set = _keys.Current;
                if (_state?.Set == set) return _state;
                try
                {
                    foreach (var material in set.All)
                    {
                        if (!_opened.ContainsKey(material.Id)) _opened[material.Id] = TokenKey.Open(material);
                    }
                }
                catch (ObjectDisposedException) when (set != _keys.Current)
                {
                    continue;
                }
                var next = new State(set, set.All.Select(m => _opened[m.Id]).ToDictionary(k => k.Public.Kid, StringComparer.Ordinal), set.Active is { } active ? _opened[active.Id] : null);
                Volatile.Write(ref _state, next);
                // Those that are gone end with their keys, when the last signature with them is made.
                foreach (var gone in _opened.Keys.Where(id => set.Find(id) is null).ToList()) _opened.Remove(gone);
                return next;
            }
        }
    }

    private sealed record State(KeySet Set, IReadOnlyDictionary<string, TokenKey> ByKid, TokenKey? Active);
}
