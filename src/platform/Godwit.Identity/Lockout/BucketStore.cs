using System.Text;
using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Keys;
using Godwit.Identity.Requests;
using Godwit.Security.Emails;
using Npgsql;

namespace Godwit.Identity.Lockout;

/// <summary>
/// The rows that attempts are counted in: of an address that somebody signs in with, whether it has an account or not; of an account's device; of a network. What is counted of all together is in this host's memory: a row
/// that every login locks would be a queue.
/// </summary>
internal sealed class BucketStore(BucketRows rows)
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
        if (decision.Verdict == LockoutVerdict.Locked) return decision;
        await WriteAsync(connection, email, device, client, next, cancellation);
        IdentityMeter.Locked(state, next, device is not null, now);
        // As it is by now: others count at the same time.
        if (device is null && decision.MayTry) lock (_lock) _everyone = _everyone.Tried(Rules.Everyone, now);
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
    public Task PasswordSetAsync(NpgsqlConnection connection, EmailAddress email, CancellationToken cancellation) => BucketRows.ForgetAsync(connection, rows.Names("account", email.Normalized), cancellation);

    /// <summary>Forgets the address and its devices: the person was erased. What was counted for the network is nobody's, and stays.</summary>
    public Task ForgetAsync(NpgsqlConnection connection, EmailAddress email, IEnumerable<Guid> devices, CancellationToken cancellation) => Statement.RunAsync(
        connection, "DELETE FROM identity.login_buckets WHERE bucket = ANY($1)", cancellation,
        Statement.P<byte[][]>([.. rows.Names("account", email.Normalized), .. devices.SelectMany(d => rows.Names("device", $"{email.Normalized}\n{d}"))]));

    private async Task<(LockoutState State, DateTimeOffset Now)> ReadAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, CancellationToken cancellation)
    {
        var (held, now) = await BucketRows.HoldAsync(connection, Buckets(email, device, client), cancellation);
        if (device is not null) return (new LockoutState { Device = held[0].Bucket, DeviceInARow = held[0].InARow }, now);
        lock (_lock) return (new LockoutState { Account = held[0].Bucket, InARow = held[0].InARow, PasswordDisabled = held[0].Disabled, Network = held[1].Bucket, Everyone = _everyone }, now);
    }

    private async Task WriteAsync(NpgsqlConnection connection, EmailAddress email, Guid? device, Client client, LockoutState state, CancellationToken cancellation)
    {
        var buckets = Buckets(email, device, client);
        if (device is not null)
        {
            await BucketRows.WriteAsync(connection, buckets[0], new BucketRow(state.Device, state.DeviceInARow), cancellation);
            return;
        }
        await BucketRows.WriteAsync(connection, buckets[0], new BucketRow(state.Account, state.InARow, state.PasswordDisabled), cancellation);
        await BucketRows.WriteAsync(connection, buckets[1], new BucketRow(state.Network), cancellation);
    }

    private byte[][][] Buckets(EmailAddress email, Guid? device, Client client) => device is { } known
        ? [rows.Names("device", $"{email.Normalized}\n{known}")]
        : [rows.Names("account", email.Normalized), rows.Names("network", NetworkKey.Of(client.Address))];
}
