using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Godwit.Cli.Demo.Learning;

/// <summary>
/// What was acknowledged, kept here and not asked of the database. Points are added up: each write of them that is lost shows, and each that is there twice. Of the attempts of a row
/// the last one shows.
/// </summary>
internal sealed class LearningBook
{
    private readonly ConcurrentDictionary<string, long> _points = new(StringComparer.Ordinal), _attempts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _rooms = new(StringComparer.Ordinal), _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _closed = new(StringComparer.Ordinal);
    private long _acknowledged;

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public void Take(LearningWrite write)
    {
        Interlocked.Increment(ref _acknowledged);
        switch (write)
        {
            case Earn earn:
                _points.AddOrUpdate(earn.User, earn.From + earn.Points, (_, points) => points + earn.Points);
                break;
            case Attempt attempt:
                _attempts[attempt.Progress] = attempt.Number;
                break;
            case OpenRoom room:
                _rooms[room.Id] = room.Name;
                break;
            case CloseRoom room:
                _rooms.TryRemove(room.Id, out _);
                _closed[room.Id] = 0;
                break;
            case SignUp user:
                _users[user.Id] = user.Course;
                break;
        }
    }

    /// <summary>Compares each row that a write was about with the book.</summary>
    /// <returns>Writes that are lost, and rows that are there twice, or again.</returns>
    public async Task<(long Lost, long Twice)> CompareAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var points = await ReadAsync(connection, "SELECT id, xp::text FROM public.users", cancellation);
        var attempts = await ReadAsync(connection, "SELECT id, attempts::text FROM public.user_progress", cancellation);
        var rooms = await ReadAsync(connection, "SELECT id, name FROM public.collaboration_session", cancellation);
        var enrolled = await ReadAsync(connection, "SELECT user_id, course_id FROM public.enrolments", cancellation);
        var lost = Differing(_points, points) + Differing(_attempts, attempts);
        lost += _rooms.Count(r => !rooms[r.Key].SequenceEqual([r.Value], StringComparer.Ordinal));
        lost += _users.Count(u => !points.Contains(u.Key) || !enrolled[u.Key].Contains(u.Value, StringComparer.Ordinal));
        return (lost, _closed.Keys.Count(rooms.Contains) + _users.Count(u => enrolled[u.Key].Count() > 1));
    }

    private static long Differing(ConcurrentDictionary<string, long> expected, ILookup<string, string> rows) =>
        expected.Count(e => !rows[e.Key].SequenceEqual([e.Value.ToString(CultureInfo.InvariantCulture)], StringComparer.Ordinal));

    private static async Task<ILookup<string, string>> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(string Key, string Value)>();
        while (await reader.ReadAsync(cancellation)) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows.ToLookup(r => r.Key, r => r.Value, StringComparer.Ordinal);
    }
}
