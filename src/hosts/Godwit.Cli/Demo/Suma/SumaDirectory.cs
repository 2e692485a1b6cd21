using System.Text;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Cli.Demo.Suma;

/// <summary>The accounts as the identity service finds and opens them: by the blind index of an address, and under the data key of its owner.</summary>
internal sealed class SumaDirectory : IAsyncDisposable
{
    private const int Batch = 1000;

    private static readonly FieldColumn s_email = new("identity.users", "encrypted_email");

    private readonly MasterKeySettings _masters;
    private readonly PostgresKeyring _keyring;
    private readonly PersonKeys _persons;
    private readonly BlindIndex _index;

    private SumaDirectory(MasterKeySettings masters, PostgresKeyring keyring, PersonKeys persons, BlindIndex index) => (_masters, _keyring, _persons, _index) = (masters, keyring, persons, index);

    public static async Task<SumaDirectory> OpenAsync(PostgresTarget target, TimeProvider time, CancellationToken cancellation)
    {
        var masters = MasterKeySettings.Load(Environment.GetEnvironmentVariable);
        PostgresKeyring? keyring = null;
        try
        {
            // Forgotten soon after it was killed.
            var options = new PostgresKeyringOptions { Host = "the application's lookups", Interval = TimeSpan.FromSeconds(1), Lasts = TimeSpan.FromSeconds(15) };
            keyring = await PostgresKeyring.OpenAsync(target, masters.Keys, time, options, cancellation);
            var index = new BlindIndex(await keyring.Keys.OpenAsync(KeyPurpose.Index, cancellation), "users.email", IndexNormalization.Email);
            return new SumaDirectory(masters, keyring, await keyring.OpenPersonsAsync(cancellation), index);
        }
        catch
        {
            if (keyring is not null) await keyring.DisposeAsync();
            masters.Dispose();
            throw;
        }
    }

    /// <summary>Whether the address has an account whose own address, decrypted, is this one.</summary>
    public async Task<bool> HasAsync(NpgsqlConnection connection, string email, CancellationToken cancellation)
    {
        if (EmailAddress.Read(email).Address is not { } address) return false;
        await using var command = new NpgsqlCommand("SELECT uuid, email_index, encrypted_email FROM identity.users WHERE email_index = ANY($1) AND deleted_at IS NULL", connection)
        {
            Parameters = { new NpgsqlParameter<byte[][]> { TypedValue = [.. _index.Candidates("", address.Normalized)] } },
        };
        return await ReadAsync(command, cancellation) is [var account] && await ReadableAsync([account], cancellation) == 1;
    }

    /// <summary>Of all accounts, how many there are, and how many have an address that decrypts under its owner's key and is the one of its index.</summary>
    public async Task<(long Accounts, long Readable)> ReadAllAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (accounts, readable, last) = (0L, 0L, Guid.Empty);
        while (true)
        {
            await using var command = new NpgsqlCommand("SELECT uuid, email_index, encrypted_email FROM identity.users WHERE uuid > $1 AND deleted_at IS NULL ORDER BY uuid LIMIT $2", connection)
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = last }, new NpgsqlParameter<int> { TypedValue = Batch } },
            };
            var rows = await ReadAsync(command, cancellation);
            if (rows.Count == 0) return (accounts, readable);
            (accounts, last) = (accounts + rows.Count, rows[^1].Id);
            readable += await ReadableAsync(rows, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _masters.Dispose();
    }

    private static async Task<IReadOnlyList<(Guid Id, byte[] Index, byte[] Email)>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(Guid, byte[], byte[])>();
        while (await reader.ReadAsync(cancellation)) rows.Add((reader.GetGuid(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)));
        return rows;
    }

    private async Task<int> ReadableAsync(IReadOnlyList<(Guid Id, byte[] Index, byte[] Email)> rows, CancellationToken cancellation)
    {
        using var keys = await _persons.OpenAsync([.. rows.Select(r => r.Id.ToString())], create: false, cancellation);
        return rows.Count(r => keys.Find(r.Id.ToString()) is { } key && IsOf(r, key));
    }

    private bool IsOf((Guid Id, byte[] Index, byte[] Email) row, PersonKey key)
    {
        try
        {
            var text = Encoding.UTF8.GetString(new FieldCipher(key.Keys, s_email, _keyring.Usage).Decrypt(row.Email, RowKey.Of(row.Id.ToString())));
            return EmailAddress.Read(text).Address is { } address && _index.Candidates("", address.Normalized).Any(c => c.AsSpan().SequenceEqual(row.Index));
        }
        catch (FieldUnreadableException)
        {
            return false;
        }
    }
}
