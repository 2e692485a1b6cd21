namespace Godwit.Identity.Register;

/// <summary>Since when what was handed out counts: the moment at which the database was last found to be a restored one. Access tokens from before are refused, whatever the rows or Redis say of their sessions.</summary>
internal sealed class SecurityEpoch
{
    private long _since;

    /// <summary>To the second, as tokens tell their times.</summary>
    public DateTimeOffset Since => DateTimeOffset.FromUnixTimeSeconds(Interlocked.Read(ref _since));

    public void Began(DateTimeOffset? at)
    {
        if (at is { } time) Interlocked.Exchange(ref _since, time.ToUnixTimeSeconds());
    }
}
