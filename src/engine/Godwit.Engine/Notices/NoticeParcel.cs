using System.Security.Cryptography;
using System.Text;

namespace Godwit.Engine.Notices;

/// <summary>A notice on its way.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Attempt">1 for the first.</param>
public sealed record NoticeParcel(long Id, string Notice, int Part, NoticeEvent Event, string Key, bool Required, int Attempt, NoticeContent Content)
{
    /// <summary>The same for every attempt, and for no other notice: whoever receives it twice can tell.</summary>
    public string IdempotencyKey => KeyOf(Content.Run, Notice, Part, Event, Key);

    public static string KeyOf(Guid run, string notice, int part, NoticeEvent told, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{run:N}\n{notice}\n{part}\n{NoticeEvents.Word(told)}\n{key}"))))[..40];
}

/// <summary>What came of sending.</summary>
/// <param name="Problem">Why it was not sent, without an address or a secret; null when it was.</param>
/// <param name="After">How long the receiver asked to wait; null where it did not.</param>
public sealed record NoticeAnswer(string? Problem, TimeSpan? After = null)
{
    public static NoticeAnswer Sent { get; } = new((string?)null);
}
