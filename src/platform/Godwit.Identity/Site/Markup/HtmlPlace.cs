namespace Godwit.Identity.Site.Markup;

/// <summary>Where in a document a template is: enough of HTML's grammar to say whether a value may stand there. Literals come from the program, and are not looked at any further.</summary>
internal struct HtmlPlace
{
    private Kind _kind;

    /// <summary>The element whose content follows: script and style take no values.</summary>
    private string? _element;

    private string? _attribute;

    /// <summary>Whether the attribute's value is empty so far.</summary>
    private bool _atStart;

    private int _from;

    private enum Kind
    {
        Content,
        ElementName,
        Tag,
        AttributeName,
        BeforeValue,
        Value,
    }

    public void Pass(string markup)
    {
        _from = 0;
        for (var i = 0; i < markup.Length; i++) Pass(markup, i);
        // A name that goes on behind a hole is refused there.
        if (_kind == Kind.AttributeName) _attribute = markup[_from..];
    }

    public readonly void RequireContent()
    {
        if (_kind != Kind.Content || _element is "script" or "style") throw new ArgumentException("HTML stands between elements only");
    }

    public readonly void RequireAttribute(string name)
    {
        if (_kind is not (Kind.Tag or Kind.ElementName or Kind.AttributeName)) throw new ArgumentException($"the attribute {name} stands in no tag");
        RequireName(name);
        if (IsAddress(name)) throw new ArgumentException($"{name} is an address, and written where it can be seen");
    }

    public readonly void RequireValue(string? value)
    {
        if (_kind == Kind.Content)
        {
            RequireContent();
            return;
        }
        if (_kind != Kind.Value) throw new ArgumentException("a value stands between elements, or in a quoted attribute");
        RequireName(_attribute!);
        if (IsAddress(_attribute!) && _atStart && !(value is ['/', ..] and not ['/', '/' or '\\', ..])) throw new ArgumentException($"{_attribute} is no address of this site");
    }

    private static void RequireName(string name)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || c == '-') || name.StartsWith("on", StringComparison.Ordinal) || name is "style" or "srcdoc") throw new ArgumentException($"the attribute {name} takes no value");
    }

    private static bool IsAddress(string name) => name is "href" or "src" or "action" or "formaction";

    private void Pass(string markup, int i)
    {
        var c = markup[i];
        switch (_kind)
        {
            case Kind.Content when c == '<':
                (_kind, _from) = (Kind.ElementName, i + 1);
                break;
            case Kind.ElementName when c is ' ' or '>' or '\n':
                _element = markup[_from..i];
                _kind = c == '>' ? Kind.Content : Kind.Tag;
                break;
            case Kind.Tag when c == '>':
                _kind = Kind.Content;
                break;
            case Kind.Tag when c is not (' ' or '\n' or '/'):
                (_kind, _from) = (Kind.AttributeName, i);
                break;
            case Kind.AttributeName when c is '=' or ' ' or '>' or '\n':
                _attribute = markup[_from..i];
                _kind = c switch { '=' => Kind.BeforeValue, '>' => Kind.Content, _ => Kind.Tag };
                break;
            case Kind.BeforeValue:
                if (c != '"') throw new ArgumentException($"the value of {_attribute} has no quotes");
                (_kind, _atStart) = (Kind.Value, true);
                break;
            case Kind.Value:
                if (c == '"') _kind = Kind.Tag;
                else _atStart = false;
                break;
        }
    }
}
