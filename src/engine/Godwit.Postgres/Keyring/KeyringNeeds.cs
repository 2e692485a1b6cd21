using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>What could not be read any more without the keyring.</summary>
internal static class KeyringNeeds
{
    /// <summary>Hosts that work with it, and values that its keys made, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var needs = new List<string>();
        foreach (var host in await KeyHosts.AliveAsync(connection, cancellation)) needs.Add($"{host.Name} works with the keyring");
        var keys = await TargetQuery.ReadAsync(connection, "SELECT id FROM godwit.keys WHERE state <> 'Destroyed'", r => StoredKeyId.Read(r.GetString(0)), cancellation);
        foreach (var column in await KeyColumns.ListAsync(connection, cancellation))
        {
            // By the values and not by the keys' states: what a retired key made can be read only with the keyring, too.
            if (await KeyColumns.CountAsync(connection, column, keys, cancellation) is > 0 and var rows) needs.Add($"{column} has {rows} values that only keys of the keyring open or find");
        }
        await using var command = new NpgsqlCommand("SELECT count(*) FROM godwit.person_keys WHERE key IS NOT NULL", connection);
        if (await command.ExecuteScalarAsync(cancellation) is > 0L and var persons) needs.Add($"{persons} persons have a data key in godwit.person_keys");
        return needs;
    }
}
