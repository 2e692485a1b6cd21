namespace Godwit.Identity.Site.Markup;

/// <summary>An attribute that is there or not: <c>&lt;input{Required(true)}&gt;</c>.</summary>
/// <param name="Name">A name in the program, never a value.</param>
/// <param name="Value">Null for one that needs none.</param>
/// <param name="Present">Whether it is written at all.</param>
internal readonly record struct HtmlAttribute(string Name, string? Value, bool Present)
{
    public static HtmlAttribute Flag(string name, bool present) => new(name, null, present);

    /// <summary>Left out where there is no value.</summary>
    public static HtmlAttribute Optional(string name, string? value) => new(name, value, value is not null);
}
