namespace Godwit.Engine.Anonymise.Masks;

/// <summary>Puts another value in the place of one: the same for the same under the same key, wherever it stands, and for two different ones of a type never the same.</summary>
public interface IMask
{
    /// <param name="text">The value as PostgreSQL writes it.</param>
    /// <returns>The other one; null for NULL.</returns>
    string? Apply(string text);
}
