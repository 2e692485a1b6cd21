using System.Text;
using Godwit.Identity.Database;
using Godwit.Identity.Emails;
using Godwit.Identity.Keys;
using Godwit.Identity.Requests;
using Godwit.Security.Macs;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Lockout;

/// <summary>
/// The rows that attempts are counted in: of an address that somebody signs in with, whether it has an account or not; of an account's device; of a network. What is counted of all together is in this host's memory: a row
/// that every login locks would be a queue.
/// </summary>
internal sealed class BucketStore(IdentityKeys keys)
{
    private readonly Lock _lock = new();
    private Bucket _everyone = Bucket.Empty;

    public LockoutRules Rules { get; } = new();

    /// <summary>Counts an attempt before the password is looked at, in the connection's transaction.</summary>
    /// <param name="device">The device, where the account knows it.</param>
    public async Task<LockoutDecision> TryAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, CancellationToken cancellation)
    {
        var (state, now) = await ReadAsync(connection, email, device, client, cancellation);
        var (next, decision) = state.Try(Rules, LoginWay.Password, device is not null, now);
        if (!decision.MayTry) return decision;
        await WriteAsync(connection, email, device, client, next, cancellation);
        // As it is by now: others count at the same time.
        if (device is null) lock (_lock) _everyone = _everyone.Tried(Rules.Everyone, now);
        return decision;
    }

    /// <summary>Takes the attempt back that was right.</summary>
    public async Task SucceededAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, CancellationToken cancellation)
    {
        var (state, _) = await ReadAsync(connection, email, device, client, cancellation);
        await WriteAsync(connection, email, device, client, state.Succeeded(Rules, LoginWay.Password, device is not null), cancellation);
        if (device is null) lock (_lock) _everyone = _everyone.TakenBack(Rules.Everyone);
    }

    /// <summary>Takes an attempt back that was none: the password was not looked at.</summary>
    public async Task TakeBackAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, CancellationToken cancellation)
    {
        var (state, _) = await ReadAsync(connection, email, device, client, cancellation);
        var back = device is not null
            ? state with { Device = state.Device.TakenBack(Rules.KnownDevice), DeviceInARow = Math.Max(0, state.DeviceInARow - 1) }
            : state with { Account = state.Account.TakenBack(Rules.Account), Network = state.Network.TakenBack(Rules.Network), InARow = Math.Max(0, state.InARow - 1), PasswordDisabled = state.PasswordDisabled && state.InARow > Rules.DisablesPassword };
        await WriteAsync(connection, email, device, client, back, cancellation);
        if (device is null) lock (_lock) _everyone = _everyone.TakenBack(Rules.Everyone);
    }

    /// <summary>Forgets all that was counted for the address: its owner has set a new password.</summary>
    public Task PasswordSetAsync(NpgsqlConnection connection, EmailAddress email, CancellationToken cancellation) =>
        Statement.RunAsync(connection, "DELETE FROM identity.login_buckets WHERE bucket = $1", cancellation, Statement.P(Name("account", email.Normalized)));

    /// <summary>Forgets the address and its devices: the person was erased. What was counted for the network is nobody's, and stays.</summary>
    public Task ForgetAsync(NpgsqlConnection connection, EmailAddress email, IEnumerable<Guid> devices, CancellationToken cancellation) => Statement.RunAsync(
        connection, "DELETE FROM identity.login_buckets WHERE bucket = ANY($1)", cancellation,
        Statement.P<byte[][]>([Name("account", email.Normalized), .. devices.Select(d => Name("device", $"{email.Normalized}\n{d}"))]));

    private async Task<(LockoutState State, DateTimeOffset Now)> ReadAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, CancellationToken cancellation)
    {
        var names = Names(email, device, client);
        // In one order, so that no two logins wait for each other.
        // The conflict takes the row's lock: nobody deletes it before it is read.
        await Statement.RunAsync(connection, "INSERT INTO identity.login_buckets AS l (bucket) SELECT b FROM unnest($1) AS b ORDER BY b ON CONFLICT (bucket) DO UPDATE SET touched_at = l.touched_at", cancellation, Statement.P(names));
        var rows = await Statement.AllAsync(
            connection, "SELECT bucket, failures, since, locked_until, in_a_row, disabled, now() FROM identity.login_buckets WHERE bucket = ANY($1) ORDER BY bucket FOR UPDATE",
            r => (Name: r.GetFieldValue<byte[]>(0), Bucket: new Bucket(r.GetInt32(1), r.GetFieldValue<DateTimeOffset>(2), r.IsDBNull(3) ? null : r.GetFieldValue<DateTimeOffset>(3)), InARow: r.GetInt32(4), Disabled: r.GetBoolean(5), Now: r.GetFieldValue<DateTimeOffset>(6)),
            cancellation, Statement.P(names));
        var first = rows.Single(r => r.Name.AsSpan().SequenceEqual(names[0]));
        if (device is not null) return (new LockoutState { Device = first.Bucket, DeviceInARow = first.InARow }, first.Now);
        var network = rows.Single(r => r.Name.AsSpan().SequenceEqual(names[1]));
        lock (_lock) return (new LockoutState { Account = first.Bucket, InARow = first.InARow, PasswordDisabled = first.Disabled, Network = network.Bucket, Everyone = _everyone }, first.Now);
    }

    private async Task WriteAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, LockoutState state, CancellationToken cancellation)
    {
        var names = Names(email, device, client);
        if (device is not null)
        {
            await WriteAsync(connection, names[0], state.Device, state.DeviceInARow, disabled: false, cancellation);
            return;
        }
        await WriteAsync(connection, names[0], state.Account, state.InARow, state.PasswordDisabled, cancellation);
        await WriteAsync(connection, names[1], state.Network, 0, disabled: false, cancellation);
    }

    private static Task<int> WriteAsync(NpgsqlConnection connection, byte[] name, Bucket bucket, int inARow, bool disabled, CancellationToken cancellation) => Statement.RunAsync(
        connection, "UPDATE identity.login_buckets SET failures = $2, since = $3, locked_until = $4, in_a_row = $5, disabled = $6, touched_at = now() WHERE bucket = $1", cancellation,
        Statement.P(name), Statement.P(bucket.Failures), Statement.P(bucket.Since.UtcDateTime), Statement.P(bucket.LockedUntil?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(inARow), Statement.P(disabled));

    private byte[][] Names(EmailAddress email, Guid? device, Client client) => device is { } known
        ? [Name("device", $"{email.Normalized}\n{known}")]
        : [Name("account", email.Normalized), Name("network", NetworkKey.Of(client.Address))];

    private byte[] Name(string kind, string of)
    {
        var name = new byte[KeyedMac.Length];
        keys.Buckets.Compute(Encoding.ASCII.GetBytes(kind), Encoding.UTF8.GetBytes(of), name);
        return name;
    }
}
