using System.Text.Json;

namespace Godwit.Identity.Requests;

/// <summary>Reads texts of elements that are looked at one by one.</summary>
internal static class JsonText
{
    /// <returns>Null for half a pair of code units, which no text has: the reader throws at it.</returns>
    public static string? Of(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
