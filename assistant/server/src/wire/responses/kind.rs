//! The kinds of items.

/// What an item is. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    FunctionCall,
    FunctionCallOutput,
    CustomToolCall,
    CustomToolCallOutput,
    LocalShellCall,
    LocalShellCallOutput,
    ComputerCall,
    ComputerCallOutput,
    WebSearchCall,
    FileSearchCall,
    CodeInterpreterCall,
    ImageGenerationCall,
    McpCall,
    McpListTools,
    McpApprovalRequest,
    McpApprovalResponse,
    Reasoning,
    ItemReference,
    Compaction,
}

impl Kind {
    /// The kind of a `type`; none if no kind is called so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "message" => Self::Message,
            "function_call" => Self::FunctionCall,
            "function_call_output" => Self::FunctionCallOutput,
            "custom_tool_call" => Self::CustomToolCall,
            "custom_tool_call_output" => Self::CustomToolCallOutput,
            "local_shell_call" => Self::LocalShellCall,
            "local_shell_call_output" => Self::LocalShellCallOutput,
            "computer_call" => Self::ComputerCall,
            "computer_call_output" => Self::ComputerCallOutput,
            "web_search_call" => Self::WebSearchCall,
            "file_search_call" => Self::FileSearchCall,
            "code_interpreter_call" => Self::CodeInterpreterCall,
            "image_generation_call" => Self::ImageGenerationCall,
            "mcp_call" => Self::McpCall,
            "mcp_list_tools" => Self::McpListTools,
            "mcp_approval_request" => Self::McpApprovalRequest,
            "mcp_approval_response" => Self::McpApprovalResponse,
            "reasoning" => Self::Reasoning,
            "item_reference" => Self::ItemReference,
            "compaction" => Self::Compaction,
            _ => return None,
        })
    }
}
