using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Godwit.Cli.Demo.Service;

/// <summary>How a release of the service finds out whose key it was sent.</summary>
internal abstract class KeyRelease
{
    public abstract string Name { get; }

    public abstract string Sql { get; }

    public abstract string Sought(string key);

    public async Task<Guid?> FindAsync(NpgsqlConnection connection, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = Sought(key) } } };
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }
}

/// <summary>The legacy release: it compares raw keys.</summary>
internal sealed class Blue : KeyRelease
{
    public override string Name => "blue";

    public override string Sql => "SELECT id FROM public.clients WHERE api_key = $1";

    public override string Sought(string key) => key;
}

/// <summary>The new release: it compares hashes under a pepper.</summary>
internal sealed class Green(string pepper) : KeyRelease
{
    private byte[] _pepper = Encoding.UTF8.GetBytes(pepper);

    public override string Name => "green";

    public override string Sql => "SELECT client_id FROM public.api_keys WHERE api_key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())";

    /// <summary>HMAC-SHA256 in lower-case hexadecimal, as the backfill computes it.</summary>
    public static string HashOf(byte[] pepper, string key) => Convert.ToHexStringLower(HMACSHA256.HashData(pepper, Encoding.UTF8.GetBytes(key)));

    public override string Sought(string key) => HashOf(Volatile.Read(ref _pepper), key);

    /// <summary>What happens to services: deployed again with the secret of another environment. It answers as fast as ever, and refuses everybody.</summary>
    public void TakeAnotherPepper() => Volatile.Write(ref _pepper, RandomNumberGenerator.GetBytes(24));
}
