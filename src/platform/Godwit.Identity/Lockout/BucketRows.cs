using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Lockout;

/// <summary>What a row of <c>identity.login_buckets</c> holds.</summary>
internal sealed record BucketRow(Bucket Bucket, int InARow = 0, bool Disabled = false);

/// <summary>
/// The rows of buckets, under names that are keyed hashes. While the key of names is rotated a bucket has a name under each key, from the announcement of the new one on: all are held, the strictest of them counts, and all are
/// written. Whoever was counted before the rotation is counted after it.
/// </summary>
internal sealed class BucketRows(IdentityKeys keys)
{
    /// <summary>The names of a bucket, one for each key that is live.</summary>
    /// <param name="kind">What is counted: <c>account</c>.</param>
    /// <param name="of">For whom.</param>
    public byte[][] Names(string kind, string of) => [.. keys.Buckets.Candidates(kind, of).Select(index => index[^32..])];

    /// <summary>Makes the rows that are not there, and holds all until the transaction ends.</summary>
    /// <returns>In the order of the buckets, with the time of the database.</returns>
    public static async Task<(IReadOnlyList<BucketRow> Rows, DateTimeOffset Now)> HoldAsync(NpgsqlConnection connection, IReadOnlyList<byte[][]> buckets, CancellationToken cancellation)
    {
        var names = buckets.SelectMany(b => b).ToArray();
        // In one order, so that no two logins wait for each other. The conflict takes the row's lock: nobody deletes it before it is read.
        await Statement.RunAsync(connection, "INSERT INTO identity.login_buckets AS l (bucket) SELECT b FROM unnest($1) AS b ORDER BY b ON CONFLICT (bucket) DO UPDATE SET touched_at = l.touched_at", cancellation, Statement.P(names));
        var rows = await Statement.AllAsync(
            connection, "SELECT bucket, failures, since, locked_until, in_a_row, disabled, now() FROM identity.login_buckets WHERE bucket = ANY($1) ORDER BY bucket FOR UPDATE",
            r => (Name: r.GetFieldValue<byte[]>(0), Row: new BucketRow(new Bucket(r.GetInt32(1), r.GetFieldValue<DateTimeOffset>(2), r.IsDBNull(3) ? null : r.GetFieldValue<DateTimeOffset>(3)), r.GetInt32(4), r.GetBoolean(5)), Now: r.GetFieldValue<DateTimeOffset>(6)),
            cancellation, Statement.P(names));
        return ([.. buckets.Select(b => rows.Where(r => b.Any(n => r.Name.AsSpan().SequenceEqual(n))).Select(r => r.Row).Aggregate(Stricter))], rows[0].Now);
    }

    /// <summary>Under all its names.</summary>
    public static Task<int> WriteAsync(NpgsqlConnection connection, byte[][] names, BucketRow row, CancellationToken cancellation) => Statement.RunAsync(
        connection, "UPDATE identity.login_buckets SET failures = $2, since = $3, locked_until = $4, in_a_row = $5, disabled = $6, touched_at = now() WHERE bucket = ANY($1)", cancellation,
        Statement.P(names), Statement.P(row.Bucket.Failures), Statement.P(row.Bucket.Since.UtcDateTime), Statement.P(row.Bucket.LockedUntil?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(row.InARow), Statement.P(row.Disabled));

    public static Task<int> ForgetAsync(NpgsqlConnection connection, byte[][] names, CancellationToken cancellation) =>
        Statement.RunAsync(connection, "DELETE FROM identity.login_buckets WHERE bucket = ANY($1)", cancellation, Statement.P(names));

    /// <summary>Of one bucket under two names: a row that was just made counts nothing.</summary>
    private static BucketRow Stricter(BucketRow one, BucketRow other) => new(
        new Bucket(Math.Max(one.Bucket.Failures, other.Bucket.Failures), one.Bucket.Since > other.Bucket.Since ? one.Bucket.Since : other.Bucket.Since, one.Bucket.LockedUntil is { } a && !(other.Bucket.LockedUntil > a) ? a : other.Bucket.LockedUntil),
        Math.Max(one.InARow, other.InARow), one.Disabled || other.Disabled);
}
