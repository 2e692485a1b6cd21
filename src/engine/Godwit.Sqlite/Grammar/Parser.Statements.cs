namespace Godwit.Sqlite.Grammar;

/// <summary>The CREATE statements other than tables.</summary>
internal sealed partial class Parser
{
    public SchemaStatement ParseSchemaStatement()
    {
        var start = Start;
        Expect("create");
        var statement = ParseAfterCreate(start);
        ExpectEnd();
        return statement;
    }

    private SchemaStatement ParseAfterCreate(int start)
    {
        if (At("unique") || At("index"))
        {
            var unique = Accept("unique");
            Expect("index");
            return ParseIndexStatement(start, unique);
        }
        if (Accept("virtual", "table")) return ParseVirtualTableStatement(start);
        var temporary = Accept("temp") || Accept("temporary");
        if (Accept("table")) return ParseTableStatement(start, temporary);
        if (Accept("view")) return ParseViewStatement(start, temporary);
        if (Accept("trigger")) return ParseTriggerStatement(start, temporary);
        throw Unexpected("TABLE, INDEX, VIEW or TRIGGER");
    }

    private bool ParseIfNotExists()
    {
        if (!Accept("if")) return false;
        Expect("not");
        Expect("exists");
        return true;
    }

    private CreateIndex ParseIndexStatement(int start, bool unique)
    {
        var ifNotExists = ParseIfNotExists();
        var (schema, name) = ParseQualifiedName("the index's name");
        Expect("on");
        var table = ParseName("the table's name");
        var columns = ParseParenthesisedList(ParseIndexedColumn);
        var where = Accept("where") ? ParseExpression() : null;
        return new CreateIndex { Unique = unique, IfNotExists = ifNotExists, Schema = schema, Name = name, Table = table, Columns = columns, Where = where, Span = Since(start) };
    }

    private CreateView ParseViewStatement(int start, bool temporary)
    {
        var ifNotExists = ParseIfNotExists();
        var (schema, name) = ParseQualifiedName("the view's name");
        var columns = ParseOptionalNameList();
        Expect("as");
        var select = ParseSelect();
        return new CreateView { Temporary = temporary, IfNotExists = ifNotExists, Schema = schema, Name = name, Columns = columns, Select = select, Span = Since(start) };
    }

    private CreateTrigger ParseTriggerStatement(int start, bool temporary)
    {
        var ifNotExists = ParseIfNotExists();
        var (schema, name) = ParseQualifiedName("the trigger's name");
        var timing = Accept("before") ? TriggerTiming.Before
            : Accept("after") ? TriggerTiming.After
            : Accept("instead", "of") ? TriggerTiming.InsteadOf : TriggerTiming.Unspecified;
        TriggerEvent happening;
        NodeList<Name> updateOf = [];
        if (Accept("delete")) happening = TriggerEvent.Delete;
        else if (Accept("insert")) happening = TriggerEvent.Insert;
        else
        {
            Expect("update", "DELETE, INSERT or UPDATE");
            happening = TriggerEvent.Update;
            if (Accept("of")) updateOf = ParseList(() => ParseName("a column's name"));
        }
        Expect("on");
        var (_, table) = ParseQualifiedName("the table's name");
        if (Accept("for"))
        {
            Expect("each");
            Expect("row");
        }
        var when = Accept("when") ? ParseExpression() : null;
        return new CreateTrigger
        {
            Temporary = temporary, IfNotExists = ifNotExists, Schema = schema, Name = name, Timing = timing, Event = happening, UpdateOf = updateOf,
            Table = table, When = when, Body = ParseTriggerBody(), Span = Since(start),
        };
    }

    /// <summary>BEGIN, statements that each end with a semicolon, END.</summary>
    private string ParseTriggerBody()
    {
        var start = Start;
        Expect("begin");
        var last = _tokens.Count - 2;
        if (last > _at && _tokens[last].Kind == TokenKind.Semicolon) last--;
        if (last <= _at || !_tokens[last].Is("end") || _tokens[last - 1].Kind != TokenKind.Semicolon)
            throw new ParseFault(_tokens[^1].Span.Start, "the trigger's body should end with ; END");
        _at = last + 1;
        return Since(start).Of(_text);
    }

    private CreateVirtualTable ParseVirtualTableStatement(int start)
    {
        var ifNotExists = ParseIfNotExists();
        var (schema, name) = ParseQualifiedName("the table's name");
        Expect("using");
        var module = ParseName("a module's name");
        var arguments = At(TokenKind.LeftParenthesis) ? ParseModuleArguments() : null;
        return new CreateVirtualTable { IfNotExists = ifNotExists, Schema = schema, Name = name, Module = module, Arguments = arguments, Span = Since(start) };
    }

    private string ParseModuleArguments()
    {
        var start = Take().Span.End;
        var depth = 1;
        while (true)
        {
            if (At(TokenKind.End)) throw Unexpected(")");
            var token = Take();
            if (token.Kind == TokenKind.LeftParenthesis) depth++;
            if (token.Kind == TokenKind.RightParenthesis && --depth == 0) return SourceSpan.Between(start, token.Span.Start).Of(_text);
        }
    }
}
