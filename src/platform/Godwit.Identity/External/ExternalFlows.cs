using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.External;

/// <summary>
/// What is under way with a provider: a row that the first answer takes away, good or bad, bound to a value that only the page has that began. Whoever makes somebody's browser bring a code that they have got themselves has not that value.
/// </summary>
internal sealed class ExternalFlows(IdentityKeys keys, TimeProvider time)
{
    public const string Login = "login", Link = "link", Registration = "registration";

    /// <summary>Seconds that a flow may take.</summary>
    public const int Seconds = 600;

    public static string NewBinding() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static FlowSecrets NewSecrets() => new(NewBinding(), NewBinding());

    /// <param name="user">Who links; null for who signs in.</param>
    /// <returns>The state.</returns>
    public async Task<string> AddAsync<T>(NpgsqlConnection connection, string purpose, string provider, long? user, string binding, T kept, JsonTypeInfo<T> shape, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var plain = JsonSerializer.SerializeToUtf8Bytes(kept, shape);
        await Statement.RunAsync(
            connection, "INSERT INTO identity.external_flows (id, purpose, provider, user_id, bound_to, content, expires_at) VALUES ($1, $2, $3, $4, $5, $6, now() + $7)", cancellation,
            Statement.P(id), Statement.P(purpose), Statement.P(provider), Statement.P(user, NpgsqlDbType.Bigint), Statement.P(Bound(purpose, binding)),
            Statement.P(await keys.Flows.EncryptAsync(plain, RowKey.Of(id.ToString()), cancellation)), Statement.P(TimeSpan.FromSeconds(Seconds)));
        CryptographicOperations.ZeroMemory(plain);
        return new SignedId(keys.Challenges).Make($"oauth {purpose}", id);
    }

    /// <returns>What was kept; null when the state is none of this purpose, provider, person and binding, or was used, or is too old.</returns>
    public async Task<T?> TakeAsync<T>(NpgsqlConnection connection, string purpose, string provider, long? user, string? state, string? binding, JsonTypeInfo<T> shape, CancellationToken cancellation)
        where T : class
    {
        if (binding is null || Read(purpose, state) is not { } id) return null;
        var content = await Statement.FirstAsync(
            connection, "DELETE FROM identity.external_flows WHERE id = $1 AND purpose = $2 AND provider = $3 AND user_id IS NOT DISTINCT FROM $4 AND bound_to = $5 AND expires_at > now() RETURNING content",
            r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id), Statement.P(purpose), Statement.P(provider), Statement.P(user, NpgsqlDbType.Bigint), Statement.P(Bound(purpose, binding)));
        return content is null ? null : JsonSerializer.Deserialize(keys.Flows.Decrypt(content, RowKey.Of(id.ToString())), shape);
    }

    /// <returns>What is kept, which stays; null as for <see cref="TakeAsync"/>.</returns>
    public async Task<T?> LookAsync<T>(NpgsqlConnection connection, string purpose, string provider, string? state, string? binding, JsonTypeInfo<T> shape, CancellationToken cancellation)
        where T : class
    {
        if (binding is null || Read(purpose, state) is not { } id) return null;
        var content = await Statement.FirstAsync(
            connection, "SELECT content FROM identity.external_flows WHERE id = $1 AND purpose = $2 AND provider = $3 AND user_id IS NULL AND bound_to = $4 AND expires_at > now()",
            r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id), Statement.P(purpose), Statement.P(provider), Statement.P(Bound(purpose, binding)));
        return content is null ? null : JsonSerializer.Deserialize(keys.Flows.Decrypt(content, RowKey.Of(id.ToString())), shape);
    }

    /// <returns>The row; null for a state that was not made here, or for something else.</returns>
    public Guid? Read(string purpose, string? state) => state is null ? null : new SignedId(keys.Challenges).Read($"oauth {purpose}", state);

    private static byte[] Bound(string purpose, string binding) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{purpose}\n{binding}"));
}
