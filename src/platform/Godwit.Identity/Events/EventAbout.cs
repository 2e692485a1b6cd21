using System.Text.Json.Nodes;

namespace Godwit.Identity.Events;

/// <summary>Of an event without an account, about whose address it is: its blind index. So an erasure finds what was asked for with an address before and beside the account, and nobody else reads whose it is.</summary>
internal static class EventAbout
{
    public const string Member = "about";

    public static JsonObject Of(byte[] index) => new() { [Member] = Convert.ToHexStringLower(index) };
}
