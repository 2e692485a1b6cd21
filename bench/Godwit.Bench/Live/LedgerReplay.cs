using System.Security.Cryptography;
using Npgsql;

namespace Godwit.Bench.Live;

/// <param name="Lost">Acknowledged writes whose row is not there, or not as they left it.</param>
/// <param name="Duplicated">Rows that are there twice, or again although an acknowledged write removed them, or by nobody's write.</param>
/// <param name="Unbalanced">Accounts whose balance is not what their receipts say.</param>
/// <param name="Money">In all accounts.</param>
internal sealed record ReplayVerdict(long Acknowledged, long Lost, long Duplicated, long Unbalanced, long Money)
{
    public bool Holds => Lost == 0 && Duplicated == 0 && Unbalanced == 0 && Money == LedgerSchema.Total;
}

/// <summary>Works out from the log what the ledger has to hold, and compares every row: in a process that knows nothing but the log.</summary>
internal sealed class LedgerReplay
{
    private readonly Dictionary<string, string> _receipts = new(StringComparer.Ordinal), _sessions = new(StringComparer.Ordinal), _profiles = new(StringComparer.Ordinal), _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _addresses = new(StringComparer.Ordinal);

    /// <summary>Rows of writes whose end nobody knows: either is right.</summary>
    private readonly HashSet<string> _unsure = new(StringComparer.Ordinal);
    private long _acknowledged, _lost, _duplicated;

    public static ReplayVerdict Run(string log, NpgsqlConnection connection)
    {
        var replay = new LedgerReplay();
        foreach (var line in File.ReadLines(log)) replay.Take(line.Split(' '));
        return replay.Compare(connection);
    }

    private void Take(string[] words)
    {
        var sure = words[0] == "+";
        if (sure) _acknowledged++;
        else _unsure.UnionWith(words[1] == "P" ? [$"P{words[2]}", $"P{_addresses.GetValueOrDefault(words[3], "")}"] : [$"{(words[1] == "D" ? "S" : words[1])}{words[2]}"]);
        if (!sure) return;
        switch (words[1])
        {
            case "T":
                _receipts.Add(words[2], $"{words[3]} {words[4]} {words[5]}");
                break;
            case "S":
                _sessions.Add(words[2], words[3]);
                break;
            case "D":
                _sessions.Remove(words[2]);
                break;
            case "B":
                _documents[words[2]] = words[3];
                break;
            default:
                // The profile that had the address goes; so does the address that this one had.
                if (_addresses.TryGetValue(words[3], out var other) && other != words[2]) _profiles.Remove(other);
                if (_profiles.TryGetValue(words[2], out var former)) _addresses.Remove(former.Split(' ')[0]);
                _addresses[words[3]] = words[2];
                _profiles[words[2]] = $"{words[3]} {words[4]}";
                break;
        }
    }

    private ReplayVerdict Compare(NpgsqlConnection connection)
    {
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        var balances = new long[LedgerSchema.Accounts + 1];
        Array.Fill(balances, LedgerSchema.Balance);
        Look("T", _receipts, Rows("SELECT ticket, payer, payee, amount FROM receipts", r =>
        {
            balances[r.GetInt64(1)] -= r.GetInt64(3);
            balances[r.GetInt64(2)] += r.GetInt64(3);
            return (r.GetString(0), $"{r.GetInt64(1)} {r.GetInt64(2)} {r.GetInt64(3)}");
        }));
        Look("P", _profiles, Rows("SELECT id, email, version FROM profiles", r => ($"{r.GetInt64(0)}", $"{r.GetString(1)} {r.GetInt64(2)}")));
        Look("S", _sessions, Rows("SELECT id, token FROM sessions", r => (r.GetString(0), r.GetString(1))));
        Look("B", _documents, Rows("SELECT id, body FROM documents", r => ($"{r.GetInt64(0)}", Convert.ToHexStringLower(SHA256.HashData(r.GetFieldValue<byte[]>(1))))));
        var accounts = Rows("SELECT id, balance FROM accounts", r => (r.GetInt64(0), r.GetInt64(1))).ToList();
        return new ReplayVerdict(_acknowledged, _lost, _duplicated, accounts.Count(a => balances[a.Item1] != a.Item2), accounts.Sum(a => a.Item2));

        IEnumerable<T> Rows<T>(string sql, Func<NpgsqlDataReader, T> read)
        {
            using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 600 };
            using var reader = command.ExecuteReader();
            while (reader.Read()) yield return read(reader);
        }
    }

    private void Look(string kind, Dictionary<string, string> expected, IEnumerable<(string Key, string Value)> rows)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in rows)
        {
            var unsure = _unsure.Contains(kind + key);
            if (!seen.Add(key) || (!unsure && !expected.ContainsKey(key))) _duplicated++;
            else if (!unsure && expected[key] != value) _lost++;
        }
        _lost += expected.Keys.Count(k => !seen.Contains(k) && !_unsure.Contains(kind + k));
    }
}
